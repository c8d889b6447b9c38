"""Idempotency-Key: the same write sent again gets the first answer again, and writes nothing.

A key is claimed by a row of its own, committed before the write begins, so that a second request
sees the first one running. The answer is written in the write's own transaction, on the
condition that the claim is still ours: so there is an answer exactly when there was the write.
A request that crashed leaves a claim without an answer, which may be taken over after a while.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from realtime.rest.idempotency_models import IdempotencyKey
from realtime.rest.problems import InProgress, KeyReused
from realtime.transactions import Conflict, atomic

#: How long a key and its answer are kept.
KEPT = timedelta(hours=24)
#: After which a first request counts as crashed; far above what any write takes.
LEASE = timedelta(seconds=30)
#: For so many seconds a second request waits for the first one's answer.
PATIENCE_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.05
#: Dead keys that a new one clears away: more than one, so that they become fewer.
_CLEARED_PER_KEY = 10


@dataclass(frozen=True)
class Keyed:
    """A request with a key: whose, which, and what it asks."""

    owner: str
    key: str
    request: str

    @classmethod
    def of(cls, owner: str, key: str, *, method: str, path: str, body_digest: str) -> "Keyed":
        """Raises ValidationError for a key that is none."""
        if not 1 <= len(key) <= 64 or not key.isprintable():
            raise ValidationError(_("Idempotency-Key: it must have 1 to 64 characters."))
        asked = "\n".join((method, path.rstrip("/"), body_digest))
        return cls(owner, key, sha256(asked.encode()).hexdigest())


@dataclass(frozen=True)
class Answer:
    """What the first request was answered; the body is JSON, or empty."""

    status: int
    body: str


@dataclass(frozen=True)
class Claim:
    """The right to write under a key, for as long as nobody has taken it over."""

    row: UUID
    token: UUID

    def answer(self, answer: Answer) -> None:
        """Keep the answer, in the caller's transaction; raises InProgress when taken over."""
        kept = self._own().update(status=answer.status, body=answer.body)
        if not kept:
            raise InProgress()

    def release(self) -> None:
        """The request had no answer worth keeping: the key is free again."""
        self._own().delete()

    def _own(self) -> QuerySet[IdempotencyKey, IdempotencyKey]:
        return IdempotencyKey.objects.filter(pk=self.row, claim=self.token, status=None)


def claim(keyed: Keyed) -> Claim | Answer:
    """The right to write, or the answer to the first request of this key.

    Waits for a first request that is running. Raises KeyReused, and InProgress when it still is
    after PATIENCE_SECONDS. Not to be called inside a transaction: others must see the claim.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        outcome = _insert(keyed) or _look(keyed)
        if outcome is not None:
            return outcome
        if time.monotonic() >= deadline:
            raise InProgress()
        time.sleep(_LOOK_EVERY_SECONDS)


def _insert(keyed: Keyed) -> Claim | None:
    """The claim of one who is the first; None for one who is not."""
    mine = IdempotencyKey.objects.filter(owner=keyed.owner, key=keyed.key)
    if mine.filter(created_at__gt=timezone.now() - KEPT).exists():
        return None
    _clear_dead(mine)
    row = IdempotencyKey(owner=keyed.owner, key=keyed.key, request=keyed.request)
    try:
        with atomic():
            row.save(force_insert=True)
    except (IntegrityError, Conflict):  # another request was faster
        return None
    return Claim(row.pk, row.claim)


def _clear_dead(mine: QuerySet[IdempotencyKey, IdempotencyKey]) -> None:
    """Keys past their time, this one and some others."""
    dead = IdempotencyKey.objects.filter(created_at__lte=timezone.now() - KEPT)
    some = list(dead.order_by("created_at").values_list("pk", flat=True)[:_CLEARED_PER_KEY])
    own = list(dead.filter(pk__in=mine.values("pk")).values_list("pk", flat=True))
    if some or own:
        dead.filter(pk__in=[*some, *own]).delete()


def _look(keyed: Keyed) -> Claim | Answer | None:
    """What there is for one who was not the first; None: ask again."""
    row = IdempotencyKey.objects.filter(owner=keyed.owner, key=keyed.key).first()
    if row is None:
        return None
    if row.request != keyed.request:
        raise KeyReused()
    if row.status is not None:
        return Answer(row.status, row.body)
    if row.claimed_at > timezone.now() - LEASE:
        return None
    return _take_over(row)


def _take_over(row: IdempotencyKey) -> Claim | None:
    """The claim of a request that crashed, for the first one that comes for it."""
    token = uuid4()
    crashed = IdempotencyKey.objects.filter(pk=row.pk, claim=row.claim, status=None)
    taken = crashed.update(claim=token, claimed_at=timezone.now())
    return Claim(row.pk, token) if taken else None

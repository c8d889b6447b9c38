"""Counts that are kept beside the rows they count, and what is wrong with them.

The models keep them true; this is for after raw SQL, ``bulk_create()`` or a restored table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet

from accounts.models import Follow, User
from realtime.transactions import atomic

#: Rows that are looked at by one query.
CHUNK = 1_000


@dataclass(frozen=True)
class Counter:
    """A field of a table that counts the rows of another."""

    table: type[Model]
    field: str
    rows: type[Model]
    #: The field of these rows that says what they are counted by.
    by: str
    #: Takes the row lock of the one that counts; False when it is gone.
    lock: Callable[[UUID], bool]
    #: What else is set with a count that is put right.
    also: Callable[[], dict[str, Any]] = dict
    #: Which of the rows count.
    only: Callable[[], Q] = Q


@dataclass(frozen=True)
class Wrong:
    """A count that was wrong, and what it should be."""

    counter: Counter
    key: UUID
    was: int
    right: int

    def __str__(self) -> str:
        name = self.counter.table._meta.model_name
        return f"{name} {self.key}: {self.counter.field} was {self.was}, should be {self.right}"


COUNTERS = (
    Counter(User, "follower_count", Follow, "followed", User.objects.hold),
    Counter(User, "following_count", Follow, "follower", User.objects.hold),
)


def wrong_counts(counter: Counter, *, correct: bool) -> Iterator[Wrong]:
    """Those that are wrong, in the order of ids; each put right, where that is wanted."""
    rows = counter.table._default_manager.order_by("pk")
    last: UUID | None = None
    while kept := list(_values(rows if last is None else rows.filter(pk__gt=last), counter)):
        last = kept[-1][0]
        real = _real(counter, [key for key, _ in kept])
        for key in (key for key, count in kept if count != real.get(key, 0)):
            # Perhaps it was only counted between the two looks.
            wrong = _look_again(counter, key, correct=correct)
            if wrong is not None:
                yield wrong


def _values(rows: QuerySet[Any], counter: Counter) -> Any:
    return rows.values_list("pk", counter.field)[:CHUNK]


def _real(counter: Counter, keys: list[UUID]) -> dict[UUID, int]:
    rows = counter.rows._default_manager.filter(counter.only(), **{f"{counter.by}__in": keys})
    return dict(rows.order_by().values_list(counter.by).annotate(count=Count("pk")))


def _look_again(counter: Counter, key: UUID, *, correct: bool) -> Wrong | None:
    """Under the row lock, where the count is the truth or wrong."""
    with atomic():
        if not counter.lock(key):
            return None
        row = counter.table._default_manager.filter(pk=key)
        was, right = row.values_list(counter.field, flat=True).get(), _real(counter, [key])
        wrong = Wrong(counter, key, was, right.get(key, 0))
        if wrong.was == wrong.right:
            return None
        if correct:
            row.update(**{counter.field: wrong.right}, **counter.also())
        return wrong

"""Who exists for whom, and who reads whom: the questions that every list and room asks.

Queries alone; nothing here writes.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Block, Follow, User
from realtime.errors import NotFound
from realtime.rest.ids import parse_id


def parted(user_ids: Collection[str]) -> Mapping[str, set[str]]:
    """For each of the users the ids of those that do not exist for them: a block, either way."""
    ids = [UUID(user_id) for user_id in user_ids]
    pairs = Block.objects.filter(Q(blocker__in=ids) | Q(blocked__in=ids))
    result: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs.values_list("blocker_id", "blocked_id"):
        result[str(one)].add(str(other))
        result[str(other)].add(str(one))
    return {user_id: result[user_id] for user_id in user_ids}


def parted_from(reader_id: UUID) -> Q:
    """Selects, of users, those that do not exist for the reader; for ``exclude``."""
    return Q(pk__in=Block.objects.filter(blocker=reader_id).values("blocked")) | Q(
        pk__in=Block.objects.filter(blocked=reader_id).values("blocker")
    )


def followed_by(reader_id: UUID) -> QuerySet[Follow, UUID]:
    """Ids of those whom the reader follows, as a subquery."""
    return Follow.objects.filter(follower=reader_id).values_list("followed", flat=True)


def hidden_from(reader_id: UUID) -> Q:
    """Selects, of users, those who are not there for the reader, not even by name.

    Whom the reader has blocked is there, to end the block, whatever they did themselves.
    """
    blocked = Block.objects.filter(blocker=reader_id).values("blocked")
    blockers = Block.objects.filter(blocked=reader_id).values("blocker")
    return Q(pk__in=blockers) & ~Q(pk__in=blocked)


def known_user(reader: User, user_id: str) -> User:
    """The user of this id, if the reader may know of them; raises NotFound.

    Who was blocked does not find the other; the blocker does, to end the block. A suspended user
    is there, as is what they wrote.
    """
    key = parse_id(user_id)
    there = User.objects.exclude(hidden_from(reader.pk))
    user = there.filter(pk=key).first() if key else None
    if user is None:
        raise NotFound("there is no such user")
    return user

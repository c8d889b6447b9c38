"""Profiles: people, each with how the reader stands to them.

Queries alone, two for any number of people; nothing here writes.
"""

from collections.abc import Sequence

from accounts import wire
from accounts.models import Block, Follow, User


def profiles(reader: User, users: Sequence[User]) -> list[wire.Profile]:
    """The users' profiles as the reader sees them, in their order."""
    follows = Follow.objects.filter(follower=reader, followed__in=users)
    followed = set(follows.values_list("followed_id", flat=True))
    blocks = Block.objects.filter(blocker=reader, blocked__in=users)
    blocked = set(blocks.values_list("blocked_id", flat=True))
    return [
        wire.Profile.seen(user, is_followed=user.pk in followed, is_blocked=user.pk in blocked)
        for user in users
    ]

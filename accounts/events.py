"""What happens between people.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries.
"""

from typing import TYPE_CHECKING, ClassVar, Self

from realtime.events import Event, Id

if TYPE_CHECKING:
    from accounts.models import Block, Follow


class UserFollowed(Event, frozen=True, kw_only=True):
    """A user has begun to follow another."""

    type: ClassVar[str] = "user:followed"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    user_id: Id
    target_id: Id

    @classmethod
    def of(cls, follow: "Follow") -> Self:
        return cls(user_id=str(follow.follower_id), target_id=str(follow.followed_id))


class UserUnfollowed(Event, frozen=True, kw_only=True):
    """A user has ceased to follow another."""

    type: ClassVar[str] = "user:unfollowed"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    user_id: Id
    target_id: Id

    @classmethod
    def of(cls, follow: "Follow") -> Self:
        return cls(user_id=str(follow.follower_id), target_id=str(follow.followed_id))


class UserBlocked(Event, frozen=True, kw_only=True):
    """A user has blocked another."""

    type: ClassVar[str] = "user:blocked"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    user_id: Id
    target_id: Id

    @classmethod
    def of(cls, block: "Block") -> Self:
        return cls(user_id=str(block.blocker_id), target_id=str(block.blocked_id))


class UserUnblocked(Event, frozen=True, kw_only=True):
    """A user has ended a block."""

    type: ClassVar[str] = "user:unblocked"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    user_id: Id
    target_id: Id

    @classmethod
    def of(cls, block: "Block") -> Self:
        return cls(user_id=str(block.blocker_id), target_id=str(block.blocked_id))

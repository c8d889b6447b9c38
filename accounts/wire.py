"""A user as clients see one: in answers, events, pages and frames alike.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries.
"""

from typing import TYPE_CHECKING, Annotated, Self

from msgspec import Meta
from msgspec.structs import asdict

from realtime.events import Count, Id, Wire

if TYPE_CHECKING:
    from accounts import models


class User(Wire, frozen=True, kw_only=True):
    """Somebody who reads and writes here."""

    id: Id
    username: Annotated[str, Meta(examples=["aiko"])]
    display_name: Annotated[str, Meta(examples=["愛子"])]
    avatar_url: Annotated[str, Meta(examples=["/media/avatars/aiko.webp"])] | None

    @classmethod
    def of(cls, user: "models.User") -> Self:
        return cls(
            id=str(user.pk),
            username=user.username,
            display_name=user.display_name,
            avatar_url=user.avatar_url or None,
        )


class Tokens(Wire, frozen=True, kw_only=True):
    """What a login is used with: ``access`` for minutes, ``refresh`` once, for the next pair."""

    access: Annotated[str, Meta(examples=["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])]
    refresh: Annotated[str, Meta(examples=["eyJhbGciOiJIUzI1NiJ9.e30.cmVm"])]


class Registered(Tokens, frozen=True, kw_only=True):
    """A new user, logged in."""

    user: User


class FollowState(Wire, frozen=True, kw_only=True):
    """How the reader and another user stand."""

    is_followed: bool
    follower_count: Count


class BlockState(Wire, frozen=True, kw_only=True):
    """Whether the reader blocks another user."""

    is_blocked: bool


class Profile(User, frozen=True, kw_only=True):
    """A user, and how the reader stands to them."""

    follower_count: Count
    following_count: Count
    is_followed: bool
    is_blocked: bool

    @classmethod
    def seen(cls, user: "models.User", *, is_followed: bool, is_blocked: bool) -> Self:
        return cls(
            **asdict(User.of(user)),
            follower_count=user.follower_count,
            following_count=user.following_count,
            is_followed=is_followed,
            is_blocked=is_blocked,
        )


class OwnProfile(Profile, frozen=True, kw_only=True):
    """The reader's own, with what only they may know."""

    show_presence: bool

    @classmethod
    def of(cls, user: "models.User") -> Self:
        profile = Profile.seen(user, is_followed=False, is_blocked=False)
        return cls(**asdict(profile), show_presence=user.show_presence)

"""Who comes, who goes, and who is typing.

Life of a presence:  socket → tracker → node → store → node → **tracker** → browser
Values only; no Django, no queries.
"""

from typing import ClassVar

from realtime.events import CATALOGUE, Event, Wire


class Seen(Wire, frozen=True, kw_only=True):
    """A user, and when they were last here; null while they are."""

    user_id: str
    last_seen: str | None


class UserOnline(Event, frozen=True, kw_only=True):
    """Users have come online."""

    type: ClassVar[str] = "user:online"
    durable: ClassVar[bool] = False
    users: tuple[Seen, ...]
    version: int


class UserOffline(Event, frozen=True, kw_only=True):
    """Users have gone offline."""

    type: ClassVar[str] = "user:offline"
    durable: ClassVar[bool] = False
    users: tuple[Seen, ...]
    version: int


class UserTyping(Event, frozen=True, kw_only=True):
    """A user is writing a comment."""

    type: ClassVar[str] = "user:typing"
    durable: ClassVar[bool] = False
    user_id: str
    post_id: str


class UserStoppedTyping(Event, frozen=True, kw_only=True):
    """A user has posted the comment, given it up, or gone."""

    type: ClassVar[str] = "user:stopped_typing"
    durable: ClassVar[bool] = False
    user_id: str
    post_id: str


class PresenceShown(Event, frozen=True, kw_only=True):
    """A user has decided whether to be shown as online; the servers are to know, nobody else."""

    type: ClassVar[str] = "presence:shown"
    user_id: str
    is_shown: bool


# In the log for the sake of its order, but in no room: no client is ever sent one.
del CATALOGUE[PresenceShown.type]

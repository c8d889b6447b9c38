"""Who comes, who goes, and who is typing.

Life of a presence:  socket → tracker → node → store → node → **tracker** → browser
Values only; no Django, no queries.
"""

from typing import ClassVar

from realtime.events import CATALOGUE, Count, Event, Id, Time, Wire


class Seen(Wire, frozen=True, kw_only=True):
    """A user, and when they were last here; null while they are."""

    user_id: Id
    last_seen: Time | None


class UserOnline(Event, frozen=True, kw_only=True):
    """Users have come online: the changes of 300 ms together."""

    type: ClassVar[str] = "user:online"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("presence",)
    users: tuple[Seen, ...]
    version: Count


class UserOffline(Event, frozen=True, kw_only=True):
    """Users have gone offline: the changes of 300 ms together."""

    type: ClassVar[str] = "user:offline"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("presence",)
    users: tuple[Seen, ...]
    version: Count


class UserTyping(Event, frozen=True, kw_only=True):
    """A user is writing a comment; their own sockets are not told, here and of the end."""

    type: ClassVar[str] = "user:typing"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("post:<postId>",)
    user_id: Id
    post_id: Id


class UserStoppedTyping(Event, frozen=True, kw_only=True):
    """A user has posted the comment, given it up, or gone."""

    type: ClassVar[str] = "user:stopped_typing"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("post:<postId>",)
    user_id: Id
    post_id: Id


class PresenceShown(Event, frozen=True, kw_only=True):
    """A user has decided whether to be shown as online; the servers are to know, nobody else."""

    type: ClassVar[str] = "presence:shown"
    user_id: Id
    is_shown: bool


# In the log for the sake of its order, but in no room: no client is ever sent one.
del CATALOGUE[PresenceShown.type]

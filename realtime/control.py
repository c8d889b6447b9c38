"""What the engine itself says on a socket, and what it answers: the payload of every such frame.

Life of an event:  save → signal → event → log → bus → hub → **consumer → browser**
Pure: values only. The description of the protocol is made from these classes.
"""

from typing import Annotated, Generic, TypeVar

import msgspec

from realtime.errors import ResetReason
from realtime.events import Count, Id, Time, Wire

#: A user as the site shows one.
User = TypeVar("User", bound=Wire)
RoomName = Annotated[str, msgspec.Meta(examples=["post:0199c1d2-6a5e-7c3f-8b1a-2f4d6e8a0b1c"])]
Position = Annotated[str, msgspec.Meta(examples=["LHAqhGzcUjM.42"])]


class Members(Wire, frozen=True, kw_only=True):
    """What stands beside ``type`` and ``payload`` in a frame from the server."""

    #: The ``id`` of the client's frame that this one answers.
    id: Annotated[str, msgspec.Meta(examples=["1"])] | msgspec.UnsetType = msgspec.UNSET
    #: A durable event's place in the log, a decimal string.
    seq: Annotated[str, msgspec.Meta(examples=["42"])] | msgspec.UnsetType = msgspec.UNSET
    #: The position behind that event: keep it once you have applied the event.
    cursor: Position | msgspec.UnsetType = msgspec.UNSET
    #: All rooms that the event went to, the same for every reader.
    rooms: list[RoomName] | msgspec.UnsetType = msgspec.UNSET
    #: When the event was numbered; of other frames, when it was sent.
    ts: Time | msgspec.UnsetType = msgspec.UNSET
    #: The ``Idempotency-Key`` of the write that caused it, by which its author knows the echo.
    op: str | msgspec.UnsetType = msgspec.UNSET


class Connect(Wire, Generic[User], frozen=True, kw_only=True):
    """The first frame, once the server knows who you are."""

    connection_id: Id
    user: User
    #: The one given, else where the live events begin.
    cursor: Position
    #: Those joined already, without the ``following:`` ones.
    rooms: list[RoomName]
    #: Seconds.
    heartbeat_interval: Annotated[float, msgspec.Meta(examples=[25])]
    #: The version of this protocol.
    protocol: Annotated[int, msgspec.Meta(examples=[1])]


class FrameError(Wire, frozen=True, kw_only=True):
    """A frame was wrong, or could not be carried out."""

    #: For programs; a table of its own lists them.
    code: Annotated[str, msgspec.Meta(examples=["unknown_type"])]
    #: What is wrong and where, for people.
    message: Annotated[str, msgspec.Meta(examples=["type: there is no 'post:crated' here"])]
    #: Seconds, with ``rate_limited``.
    retry_after: float | msgspec.UnsetType = msgspec.UNSET


class Heartbeat(Wire, frozen=True, kw_only=True):
    """The server is alive: every ``heartbeatInterval`` seconds; answer with one."""

    ts: Time
    #: Up to where this socket is complete.
    cursor: Position


class SyncResponse(Wire, frozen=True, kw_only=True):
    """A page of what you may see now, oldest first: to ``sync:request``, or after a ``connect``."""

    #: Frames of events, as they would have come live.
    events: Annotated[list[msgspec.Raw], msgspec.Meta(examples=[[]])]
    #: Where to go on from.
    cursor: Position
    #: Whether that is all; if not, more follow, or are to be asked for.
    complete: bool
    #: Why the log cannot continue from the cursor given; then fetch afresh.
    reset: ResetReason | None
    unread_count: Count
    #: For a socket in the room that tells who is online.
    online_users: list[Id] | msgspec.UnsetType = msgspec.UNSET


class Polled(Wire, frozen=True, kw_only=True):
    """The same as an answer to a poll."""

    #: Frames of events, as they would have come live.
    events: Annotated[list[msgspec.Raw], msgspec.Meta(examples=[[]])]
    #: Where to go on from.
    cursor: Position
    #: The same, by the name that the next poll gives it.
    last_event_id: Position
    #: When it was answered.
    timestamp: Time
    #: Whether there is more already.
    has_more: bool
    #: Why the log cannot continue from the cursor given; then fetch afresh.
    reset: ResetReason | None
    unread_count: Count


class RoomJoined(Wire, frozen=True, kw_only=True):
    """You are in one more room, without your asking."""

    room: RoomName
    reason: Annotated[str, msgspec.Meta(examples=["follow"])]


class RoomLeft(Wire, frozen=True, kw_only=True):
    """You are in a room no more, without your asking."""

    room: RoomName
    reason: Annotated[str, msgspec.Meta(examples=["unfollow"])]


class Expiring(Wire, frozen=True, kw_only=True):
    """Your token or session ends in so many seconds; an ``auth`` with a fresh token goes on."""

    in_: Annotated[int, msgspec.Meta(examples=[60])] = msgspec.field(name="in")


class Bye(Wire, frozen=True, kw_only=True):
    """The close with this code follows."""

    code: Annotated[int, msgspec.Meta(examples=[4200])]
    reason: Annotated[str, msgspec.Meta(examples=["draining"])]
    #: Seconds over which those who come back spread themselves; null where none need to.
    retry_after: float | None


class Done(Wire, frozen=True, kw_only=True):
    """A command was carried out; there is nothing more to say."""


class Authenticated(Wire, frozen=True, kw_only=True):
    """Who you are is known."""

    #: Seconds.
    expires_in: Annotated[int, msgspec.Meta(examples=[900])]


class Joined(Wire, frozen=True, kw_only=True):
    """You are in the room."""

    #: As its name is kept.
    room: RoomName
    #: From where on its events come.
    cursor: Position
    #: Of ``presence``: who is online, at most 1,000.
    online_users: list[Id] | msgspec.UnsetType = msgspec.UNSET
    #: Of ``presence``: the list's.
    version: Count | msgspec.UnsetType = msgspec.UNSET


class Left(Wire, frozen=True, kw_only=True):
    """You are in the room no more."""

    #: As its name is kept.
    room: RoomName


#: Frames that only the server sends, besides the events; ``ack`` bears what its command answers.
CONTROL: dict[str, type[Wire]] = {
    "connect": Connect,
    "ack": Done,
    "error": FrameError,
    "sync:response": SyncResponse,
    "room:joined": RoomJoined,
    "room:left": RoomLeft,
    "auth:expiring": Expiring,
    "bye": Bye,
}

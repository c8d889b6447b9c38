"""One reader's stream, whatever carries it: a socket, a server-sent stream, a poll.

Life of an event:  save → signal → event → log → bus → **hub → consumer** → browser
Pure: it knows what this reader was sent and is to be sent; sending is its owner's.
"""

import sys
from collections.abc import Callable, Collection

from realtime.envelope import Envelope
from realtime.frames import Frame
from realtime.identity import Identity
from realtime.keys import uuid7
from realtime.rooms import Ground

#: A stream that is not live waits for no number.
NEVER = sys.maxsize
#: Stretches of the past that are remembered as sent; older ones could only come twice.
MAX_STRETCHES = 64

#: Rooms, and the numbers after and up to which their events were sent.
Stretch = tuple[Collection[str], int, int]


def nothing_unsent() -> int:
    """Of a stream that keeps nothing back."""
    return 0


def nowhere(_what: object) -> None:
    """Where frames and codes go when their reader has gone."""


class Connection:
    """What one reader is in, and how far it is complete.

    While it is live the hub sends it each event as it comes, and it is complete up to the hub's
    position. While it catches up, events wait in the log, and it is complete up to ``position``.
    """

    __slots__ = (
        "_stretches",
        "asked",
        "asked_too",
        "close",
        "closed",
        "direct",
        "durable",
        "id",
        "identity",
        "kinds",
        "live_from",
        "position",
        "rooms",
        "send",
        "transport",
        "unsent",
        "withheld",
    )

    def __init__(
        self,
        identity: Identity,
        *,
        kinds: Collection[str],
        send: Callable[[Frame], None],
        close: Callable[[int], None],
        durable: bool = True,
        direct: Callable[[bytes], None] | None = None,
        transport: str = "polling",
        unsent: Callable[[], int] = nothing_unsent,
    ) -> None:
        #: Names it in all processes; the time of its beginning is in it.
        self.id = str(uuid7())
        self.transport = transport
        #: Bytes that wait for the reader; asked by staff alone, never on an event's way.
        self.unsent = unsent
        self.identity = identity
        #: Whether it carries the log's events; else only what is told once.
        self.durable = durable
        #: The kinds of rooms that it carries.
        self.kinds = kinds
        #: Neither may wait, or raise.
        self.send = send
        self.close = close
        #: Takes frames as they are on the wire, where the road to the socket is the short one.
        self.direct = direct
        #: Room → the number after which its events are sent.
        self.rooms: dict[str, int] = {}
        #: Rooms joined by command, and why that may be.
        self.asked: dict[str, Ground] = {}
        #: Those of them that it would be in anyway, by its reader's rights.
        self.asked_too: set[str] = set()
        self.live_from = NEVER
        self.position = 0
        self.closed = False
        #: Events passed over because of a block, which an end of the block makes visible again.
        self.withheld: set[int] = set()
        self._stretches: list[Stretch] = []

    @property
    def user_id(self) -> str:
        return self.identity.user_id

    @property
    def is_live(self) -> bool:
        return self.live_from != NEVER

    def carries(self, room: str) -> bool:
        """Whether rooms of this kind come over this connection."""
        return room.partition(":")[0] in self.kinds

    def go_live(self, position: int) -> None:
        """From here on the hub sends events as they come."""
        self.live_from = position

    def pause(self, position: int) -> None:
        """From here on events wait; all up to ``position`` were sent."""
        self.live_from = NEVER
        self.position = position

    def ask_no_more(self, room: str) -> bool:
        """Take a command back; False when the room is to be left, for nothing else keeps it."""
        if room not in self.asked_too:
            return False
        self.asked_too.discard(room)
        del self.asked[room]
        return True

    def leave(self, room: str, position: int) -> bool:
        """Leave a room; False when it was not in it."""
        since = self.rooms.pop(room, None)
        self.asked.pop(room, None)
        self.asked_too.discard(room)
        if since is None:
            return False
        self.sent((room,), since, position)
        return True

    def end(self) -> None:
        """Nothing more for this reader, whose owner is free of us."""
        self.closed = True
        self.send = self.close = nowhere
        self.direct, self.unsent = None, nothing_unsent

    def begin_anew(self, position: int) -> None:
        """Where it was could not be found: nothing before ``position`` was sent."""
        self.rooms = dict.fromkeys(self.rooms, position)
        self._stretches.clear()
        self.withheld.clear()

    def sent(self, rooms: Collection[str], after: int, upto: int) -> None:
        """Remember that what these rooms had in this stretch was sent."""
        if upto > after:
            self._stretches.append((rooms, after, upto))
            del self._stretches[:-MAX_STRETCHES]

    def was_sent(self, event: Envelope, position: int) -> bool:
        """Whether this reader was sent the event; ``position`` is how far it is complete."""
        seq = event.seq
        if seq in self.withheld:
            return False
        if seq <= position and any(self.rooms.get(room, NEVER) < seq for room in event.rooms):
            return True
        return any(
            after < seq <= upto and any(room in rooms for room in event.rooms)
            for rooms, after, upto in self._stretches
        )

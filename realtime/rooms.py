"""Rooms: names that say who gets what. ``<kind>`` or ``<kind>:<key>``, as in ``post:<id>``.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
Pure. Which kinds there are, and who may join them, the apps say (see ``registry.py``).
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from realtime.errors import UnknownRoom
from realtime.events import Wire
from realtime.identity import Identity


def nobody(user_ids: Collection[str]) -> Mapping[str, Iterable[str]]:
    """No room of this kind is joined at connect."""
    return {}


@dataclass(frozen=True)
class Ground:
    """Why a reader may be in a room that it asked for, so that it leaves when that ends."""

    #: Ids of the users whose room it is: who is parted from one of them leaves it.
    people: tuple[str, ...] = ()
    #: The room that gives the right: who loses that one leaves this one too.
    through: str | None = None


def unheeded() -> None:
    """Nobody minds that the room was joined."""


#: Nothing that happens to people takes the reader out.
FOR_EVERYBODY = Ground()


class WhoIsOnline(Wire, frozen=True, kw_only=True):
    """What a room that lists who is online tells with the ack of a join, and with a sync."""

    online_users: list[str]
    version: int


@dataclass(frozen=True)
class RoomKind:
    """A kind of room and its owner's rules. The callables may query the database."""

    name: str
    #: Why the reader may join the room of this key; None: it is for everybody.
    #: Raises UnknownRoom when there is none that the reader may know of, Forbidden otherwise.
    check: Callable[[Identity, str], Ground | None]
    #: The key as it is kept, from the key as a client writes it; raises UnknownRoom.
    clean: Callable[[str], str] = str
    #: User ids → full names of the rooms that their sockets join by themselves.
    at_connect: Callable[[Collection[str]], Mapping[str, Iterable[str]]] = nobody
    #: What the ack of a join tells besides room and cursor, and a sync of a socket that is in it.
    snapshot: Callable[[Identity], Awaitable[WhoIsOnline]] | None = None
    #: Called in the event loop when somebody has joined by asking; neither waits nor raises.
    entered: Callable[[], None] = unheeded
    #: Whether the room has a key: ``post:<id>`` has, ``public`` has not.
    keyed: bool = True
    #: For readers of the description: what the key is, who may join, and who is in it unasked.
    key_name: str = "id"
    who: str = "everybody"
    joined: str = "no"

    @property
    def pattern(self) -> str:
        """``post:<id>``, or ``public``."""
        return f"{self.name}:<{self.key_name}>" if self.keyed else self.name


def split(room: str) -> tuple[str, str]:
    """Kind and key of a room's name; the key is empty where there is none."""
    kind, _, key = room.partition(":")
    return kind, key


def unknown(room: str) -> UnknownRoom:
    return UnknownRoom(f"there is no room {room[:80]!r}")

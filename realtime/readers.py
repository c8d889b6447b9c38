"""Who is connected to this process: which rooms they are in, and who is parted from whom.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
Pure: tables in memory, changed by the hub alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypeVar

from realtime.connection import Connection

if TYPE_CHECKING:
    from realtime.rights import Rights

T = TypeVar("T")


class Readers:
    """Rooms → connections, users → connections, and the parted pairs of connected users."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self._rooms: defaultdict[str, set[Connection]] = defaultdict(set)
        self._users: defaultdict[str, set[Connection]] = defaultdict(set)
        #: Of each connected user, whom they are parted from; and the same the other way round.
        self._parted: dict[str, set[str]] = {}
        self._parted_from: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, connection: Connection, rights: "Rights", since: int) -> None:
        """Register a connection in its rooms, complete up to ``since``."""
        self.connections.add(connection)
        self._users[connection.user_id].add(connection)
        for other in self._parted.get(connection.user_id, set()) - rights.parted:
            self.meet(connection.user_id, other)
        self._parted.setdefault(connection.user_id, set())
        for other in rights.parted:
            self.part(connection.user_id, other)
        for room in rights.rooms:
            self.join(connection, room, since)

    def remove(self, connection: Connection) -> None:
        """Forget a connection, and its user's pairs with the last one."""
        if connection not in self.connections:
            return
        self.connections.discard(connection)
        for room in connection.rooms:
            _discard(self._rooms, room, connection)
        _discard(self._users, connection.user_id, connection)
        if connection.user_id not in self._users:
            for other in self._parted.pop(connection.user_id, ()):
                _discard(self._parted_from, other, connection.user_id)

    def join(self, connection: Connection, room: str, since: int) -> bool:
        """Put a connection into a room; False when it is there already."""
        if room in connection.rooms:
            return False
        connection.rooms[room] = since
        self._rooms[room].add(connection)
        return True

    def leave(self, connection: Connection, room: str, position: int) -> bool:
        """Take a connection out of a room; False when it is not there."""
        _discard(self._rooms, room, connection)
        return connection.leave(room, position)

    def part(self, one: str, other: str) -> None:
        """Two users get nothing of each other from here on."""
        for reader, subject in ((one, other), (other, one)):
            if reader in self._parted:
                self._parted[reader].add(subject)
                self._parted_from[subject].add(reader)

    def meet(self, one: str, other: str) -> None:
        """Two users are no longer parted."""
        for reader, subject in ((one, other), (other, one)):
            if reader in self._parted:
                self._parted[reader].discard(subject)
                _discard(self._parted_from, subject, reader)

    def members(self, room: str) -> list[Connection]:
        return list(self._rooms.get(room, ()))

    def inhabited(self, rooms: Collection[str]) -> list[str]:
        """Those of the rooms that somebody is in."""
        return [room for room in rooms if room in self._rooms]

    def of_user(self, user_id: str) -> list[Connection]:
        return list(self._users.get(user_id, ()))

    @property
    def users(self) -> int:
        """How many users are connected here."""
        return len(self._users)

    def sizes(self) -> Iterable[tuple[str, int]]:
        """Every room that somebody is in, and how many connections are."""
        return ((room, len(members)) for room, members in self._rooms.items())

    def of_login(self, login: str) -> list[Connection]:
        return [one for one in self.connections if one.identity.login == login]

    def parted(self, user_id: str) -> Collection[str]:
        return self._parted.get(user_id, ())

    def audience(
        self, rooms: Collection[str], except_rooms: Collection[str] = ()
    ) -> list[Connection]:
        """The connections in any of ``rooms``, once each, but for those in ``except_rooms``."""
        found = [self._rooms[room] for room in rooms if room in self._rooms]
        if not found:
            return []
        members: Iterable[Connection] = found[0] if len(found) == 1 else set().union(*found)
        excluded = [self._rooms[room] for room in except_rooms if room in self._rooms]
        if not excluded:
            return list(members)
        return [one for one in members if not any(one in room for room in excluded)]

    def withheld_from(self, people: Collection[str]) -> set[str]:
        """The connected users who are parted from one of these."""
        return set().union(*(self._parted_from.get(person, ()) for person in people))


def _discard(table: defaultdict[str, set[T]], key: str, value: T) -> None:
    """Take a value out of a table of sets, and the set when it was the last."""
    members = table.get(key)
    if members is not None:
        members.discard(value)
        if not members:
            del table[key]

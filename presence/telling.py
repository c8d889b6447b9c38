"""How the readers of this process are told who comes and goes.

Life of a presence:  socket → tracker → node → store → node → **tracker** → browser
All readers of a telling get the same frame, but for those who are parted from somebody in it:
they get one without, so that nobody gets more than one. The hub stands still meanwhile.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from presence.events import Seen, UserOffline, UserOnline
from presence.mirror import Told
from realtime.events import timestamp
from realtime.frames import Frame, encode
from realtime.hub import SLICE, Hub

ROOM = "presence"

_Kind = type[UserOnline] | type[UserOffline]


async def tell(hub: Hub, told: Told) -> None:
    """Send who is online and who is not any more to the members of the room."""
    await _tell(hub, UserOffline, [seen(user, at) for user, at in told.offline], told.version)
    await _tell(hub, UserOnline, [seen(user) for user in told.online], told.version)


def tell_one(hub: Hub, reader: str, kind: _Kind, user: Seen, version: int) -> None:
    """Send one user's change to one reader alone."""
    frame = _frame(kind, [user], version)
    for connection in hub.readers.of_user(reader):
        if ROOM in connection.rooms:
            connection.send(frame)


def seen(user: str, at: int | None = None) -> Seen:
    """A user as events have it; ``at`` in ms, None for one who is online."""
    moment = None if at is None else timestamp(datetime.fromtimestamp(at / 1000, UTC))
    return Seen(user_id=user, last_seen=moment)


async def _tell(hub: Hub, kind: _Kind, users: Sequence[Seen], version: int) -> None:
    if not users:
        return
    async with hub.steady:
        withheld = _withheld(hub, users)
        frames = {frozenset[str](): _frame(kind, users, version)}
        for count, connection in enumerate(hub.readers.audience((ROOM,)), 1):
            without = frozenset(withheld.get(connection.user_id, ()))
            if without not in frames:
                frames[without] = _frame(kind, _except(users, without), version)
            if len(without) < len(users):
                connection.send(frames[without])
            if count % SLICE == 0:
                await asyncio.sleep(0)


def _withheld(hub: Hub, users: Sequence[Seen]) -> dict[str, set[str]]:
    """Reader → those of the users whom they are parted from."""
    withheld: defaultdict[str, set[str]] = defaultdict(set)
    for user in users:
        for reader in hub.readers.withheld_from((user.user_id,)):
            withheld[reader].add(user.user_id)
    return withheld


def _except(users: Sequence[Seen], without: Collection[str]) -> list[Seen]:
    return [user for user in users if user.user_id not in without]


def _frame(kind: _Kind, users: Sequence[Seen], version: int) -> Frame:
    event = kind(users=tuple(users), version=version)
    return encode(kind.type, event, rooms=(ROOM,), ts=timestamp(datetime.now(UTC)))

"""The room of those who want to know who is online.

Rules alone; who is in it now is the hub's business.
"""

from typing import Any

from presence.telling import ROOM
from presence.tracker import Tracker
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.rooms import RoomKind


def _anybody(reader: Identity, key: str) -> None:
    return None


async def _who_is_online(reader: Identity) -> dict[str, Any]:
    return await Tracker.of(await Hub.of_this_process()).snapshot(reader)


PRESENCE = RoomKind(ROOM, _anybody, snapshot=_who_is_online, keyed=False)

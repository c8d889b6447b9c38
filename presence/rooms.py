"""The room of those who want to know who is online.

Rules alone; who is in it now is the hub's business.
"""

from presence.telling import ROOM
from presence.tracker import Tracker
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.rooms import RoomKind, WhoIsOnline


def _anybody(reader: Identity, key: str) -> None:
    return None


async def _who_is_online(reader: Identity) -> WhoIsOnline:
    return await Tracker.of(await Hub.of_this_process()).snapshot(reader)


PRESENCE = RoomKind(
    ROOM,
    _anybody,
    snapshot=_who_is_online,
    keyed=False,
    joined="on `/ws/presence/`; elsewhere on request",
)

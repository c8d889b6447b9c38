"""What staff asks of sockets: to come back anew, or to be listed; in every process, by the bus.

A page's request comes to one process, the socket may be at another: so each looks at its own.
In the event loop, but for ``send`` , which a request's thread calls.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from asgiref.sync import async_to_sync

from realtime import bus
from realtime.connection import Connection
from realtime.draining import spread
from realtime.envelope import Errand
from realtime.events import Audience, timestamp
from realtime.frames import CloseCode
from realtime.hub import SLICE, Hub
from realtime.staff.events import OpenSocket, StaffSockets
from realtime.staff.room import ROOM

#: Rooms that are named of one socket; who follows thousands is in thousands.
MAX_NAMED = 100
#: Sockets that are named of one user.
MAX_LISTED = 50

_closing: set[asyncio.Task[None]] = set()


def send(errand: Errand, name: str) -> bool:
    """Run it here and have it run in the other processes; for a thread of this process.

    False where only this process knows, because the channel layer did not take it.
    """
    return async_to_sync(_send)(errand, name)


async def _send(errand: Errand, name: str) -> bool:
    hub = Hub.running()
    if hub is not None:
        run(hub, errand, name)
    node = hub.node if hub is not None else ""
    return await bus.publish(
        Errand(
            node=node,
            what=errand.what,
            ask=errand.ask,
            user=errand.user,
            socket=errand.socket,
            process=errand.process,
        )
    )


def run(hub: Hub, errand: Errand, name: str) -> None:
    """Do it to the sockets of this process."""
    if errand.what == "reconnect":
        _reconnect(hub, errand)
    elif errand.user:
        _list(hub, errand, name)


def _reconnect(hub: Hub, errand: Errand) -> None:
    if errand.process == hub.node:
        hub.spread = spread(len(hub.sockets))
    task = asyncio.ensure_future(_close(_meant(hub, errand)))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


async def _close(connections: Sequence[Connection]) -> None:
    for count, connection in enumerate(connections, 1):
        connection.close(CloseCode.DRAINING)
        if count % SLICE == 0:
            await asyncio.sleep(0)


def _meant(hub: Hub, errand: Errand) -> Sequence[Connection]:
    if errand.user:
        return hub.readers.of_user(errand.user)
    if errand.process:
        return list(hub.readers.connections) if errand.process == hub.node else []
    return [one for one in hub.readers.connections if one.id == errand.socket]


def _list(hub: Hub, errand: Errand, name: str) -> None:
    found = sorted(hub.readers.of_user(errand.user), key=lambda one: one.id)
    told = StaffSockets(
        ask=errand.ask,
        node=hub.node,
        name=name,
        user_id=errand.user,
        sockets=[_described(one) for one in found[:MAX_LISTED]],
    )
    hub.whisper(told, Audience(rooms=(ROOM,)))


def _described(connection: Connection) -> OpenSocket:
    return OpenSocket(
        id=connection.id,
        transport=connection.transport,
        since=timestamp(datetime.fromtimestamp((UUID(connection.id).int >> 80) / 1000, UTC)),
        rooms=sorted(connection.rooms)[:MAX_NAMED],
        unsent=connection.unsent(),
    )

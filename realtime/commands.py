"""Commands: frames by which a client asks for something, and the engine's own three.

An app adds its own by a table ``{type: Command(payload, handle)}`` on its consumer.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from realtime import streams
from realtime.cursor import Cursor
from realtime.errors import RateLimited
from realtime.frames import ClientFrame, RoomCommand, SyncRequest
from realtime.registry import registry

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer

#: Commands of one socket that may wait for the one that runs.
MAX_WAITING = 100

#: Takes the consumer, the frame and its payload; gives the ack's payload, or None when it has
#: answered by itself. Raises a RealtimeError for what the client is to be told.
Handler = Callable[["RealtimeConsumer", ClientFrame, Any], Awaitable[dict[str, Any] | None]]


class Command(msgspec.Struct, frozen=True):
    """A type of frame that clients may send: the shape of its payload, and what it does."""

    payload: type[msgspec.Struct]
    handle: Handler


class CommandQueue:
    """Runs one socket's commands one after the other, beside its events and heartbeats."""

    def __init__(self, run: Callable[[ClientFrame], Awaitable[None]]) -> None:
        self._run = run
        self._waiting: deque[ClientFrame] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, frame: ClientFrame) -> None:
        """Queue a command; raises RateLimited when too many wait."""
        if len(self._waiting) >= MAX_WAITING:
            raise RateLimited(
                "too many commands wait: send the next one after an answer", retry_after=1
            )
        self._waiting.append(frame)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    def cancel(self) -> None:
        """Drop what waits and stop what runs."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while self._waiting:
            await self._run(self._waiting.popleft())


async def _join(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: RoomCommand
) -> dict[str, Any]:
    hub, connection = consumer.hub, consumer.stream
    room = await streams.join(hub, connection, payload.room)
    answer = {"room": room, "cursor": streams.cursor(hub, connection)}
    snapshot = registry.rooms[room.partition(":")[0]].snapshot
    return answer if snapshot is None else answer | await snapshot(connection.identity)


async def _leave(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: RoomCommand
) -> dict[str, Any]:
    return {"room": await streams.leave(consumer.hub, consumer.stream, payload.room)}


async def _sync(consumer: "RealtimeConsumer", frame: ClientFrame, payload: SyncRequest) -> None:
    online = await consumer.online_users()
    page, missed = await streams.page(
        consumer.hub,
        consumer.stream,
        Cursor.parse(payload.cursor),
        rooms=payload.rooms,
        limit=payload.limit,
    )
    consumer.send_page(page, missed, {} if frame.id is None else {"id": frame.id}, online)


ENGINE: dict[str, Command] = {
    "room:join": Command(RoomCommand, _join),
    "room:leave": Command(RoomCommand, _leave),
    "sync:request": Command(SyncRequest, _sync),
}

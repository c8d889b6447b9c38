"""Commands: frames by which a client asks for something, and the engine's own three.

An app adds its own by a table ``{type: Command(payload, answer, handle)}`` on its consumer.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from realtime import streams
from realtime.control import Authenticated, Heartbeat, Joined, Left, SyncResponse
from realtime.cursor import Cursor
from realtime.errors import RateLimited
from realtime.events import Wire
from realtime.frames import Auth, ClientFrame, Nothing, RoomCommand, SyncRequest
from realtime.registry import registry

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer

#: Commands of one socket that may wait for the one that runs.
MAX_WAITING = 100

#: Takes the consumer, the frame and its payload; gives the ack's payload, or None when it has
#: answered by itself. Raises a RealtimeError for what the client is to be told. Its docstring is
#: what clients read about it.
Handler = Callable[["RealtimeConsumer", ClientFrame, Any], Awaitable[Wire | None]]


class Question(msgspec.Struct, frozen=True):
    """A type of frame that clients may send: the shapes of its payload and of its answer's."""

    payload: type[Wire]
    answer: type[Wire]


class Command(Question, frozen=True):
    """One that the consumer hands on, and what does it."""

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
        # Not kept: its error knows its frames, which know us.
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _work(self) -> None:
        while self._waiting:
            await self._run(self._waiting.popleft())


async def _join(consumer: "RealtimeConsumer", frame: ClientFrame, payload: RoomCommand) -> Joined:
    """Get what goes to a room, from here on."""
    hub, connection = consumer.hub, consumer.stream
    room = await streams.join(hub, connection, payload.room)
    cursor = streams.cursor(hub, connection)
    snapshot = registry.rooms[room.partition(":")[0]].snapshot
    if snapshot is None:
        return Joined(room=room, cursor=cursor)
    there = await snapshot(connection.identity)
    return Joined(room=room, cursor=cursor, online_users=there.online_users, version=there.version)


async def _leave(consumer: "RealtimeConsumer", frame: ClientFrame, payload: RoomCommand) -> Left:
    """Get it no more."""
    return Left(room=await streams.leave(consumer.hub, consumer.stream, payload.room))


async def _sync(consumer: "RealtimeConsumer", frame: ClientFrame, payload: SyncRequest) -> None:
    """Get what you may see now of what came after a cursor, a page at a time."""
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
    "room:join": Command(RoomCommand, Joined, _join),
    "room:leave": Command(RoomCommand, Left, _leave),
    "sync:request": Command(SyncRequest, SyncResponse, _sync),
}
#: What the consumer does itself, at once: it waits for no command.
AT_ONCE: dict[str, Question] = {
    "auth": Question(Auth, Authenticated),
    "heartbeat": Question(Nothing, Heartbeat),
}

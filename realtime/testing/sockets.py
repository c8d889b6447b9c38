"""A socket to the application in this process, frame by frame, without a network.

It runs the real consumer and the real hub, so a test sees what a browser would. It answers no
heartbeat and keeps no cursor: for a client that does, see ``clients.py``.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from realtime.hub import Hub

#: A frame as a dict.
Frame = dict[str, Any]


class Refused(Exception):
    """The handshake was refused with HTTP 403."""


class Closed(Exception):
    """The server closed the socket; ``code`` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the server closed the socket with {code}")
        self.code = code


class Socket:
    """A client's end of a socket."""

    def __init__(
        self,
        application: Any,
        path: str = "/ws/",
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        path, _, query = path.partition("?")
        wanted = {"host": "localhost", **(headers or {})}
        if token is not None:
            wanted["authorization"] = f"Bearer {token}"
        self._scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": [(key.lower().encode(), value.encode()) for key, value in wanted.items()],
            "client": ("127.0.0.1", 50_000),
            "subprotocols": [],
        }
        self._application = application
        self._to_server: asyncio.Queue[Frame] = asyncio.Queue()
        self._from_server: asyncio.Queue[Frame] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._ids = 0
        #: Frames that came while an answer was waited for, oldest first.
        self._kept: list[Frame] = []

    async def connect(self) -> None:
        """Shake hands; raises Refused."""
        self._task = asyncio.create_task(
            self._application(self._scope, self._to_server.get, self._from_server.put)
        )
        await self._to_server.put({"type": "websocket.connect"})
        message = await self._message(5)
        if message["type"] != "websocket.accept":
            await self.close()
            raise Refused

    async def send_text(self, text: str) -> None:
        """Send a frame as it is."""
        await self._to_server.put({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self._to_server.put({"type": "websocket.receive", "bytes": data})

    async def send(self, kind: str, payload: Any = None, **members: Any) -> None:
        """Send a frame."""
        await self.send_text(json.dumps({"type": kind, "payload": payload or {}, **members}))

    def next_id(self) -> str:
        """An id that no frame of this socket has had."""
        self._ids += 1
        return str(self._ids)

    async def command(self, kind: str, payload: Any = None) -> Frame:
        """Send a frame with an id, and return its answer; what comes before is kept."""
        number = self.next_id()
        await self.send(kind, payload, id=number)
        passed: list[Frame] = []
        while (frame := await self.receive()).get("id") != number:
            passed.append(frame)
        self._kept = passed + self._kept
        return frame

    async def receive(self, seconds: float | None = 5) -> Frame:
        """The next frame; raises Closed, or TimeoutError when there is none in time.

        Without ``seconds`` it waits for ever.
        """
        if self._kept:
            return self._kept.pop(0)
        message = await self._message(seconds)
        if message["type"] == "websocket.close":
            raise Closed(message.get("code", 1000))
        frame: Frame = json.loads(message["text"])
        return frame

    async def expect(self, kind: str, seconds: float = 5) -> Frame:
        """The next frame of this type; those before it are passed over."""
        async with asyncio.timeout(seconds):
            while (frame := await self.receive(seconds))["type"] != kind:
                pass
        return frame

    async def close_code(self, seconds: float = 5) -> int:
        """The code with which the server closes; the frames before are passed over."""
        try:
            while True:
                await self.receive(seconds)
        except Closed as closed:
            return closed.code

    async def close(self) -> None:
        """Go away."""
        if self._task is not None:
            await self._to_server.put({"type": "websocket.disconnect", "code": 1000})
            await asyncio.wait_for(self._task, 5)

    async def cut(self) -> None:
        """End as a network or a process does: nobody says goodbye."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _message(self, seconds: float | None) -> Frame:
        async with asyncio.timeout(seconds):
            return await self._from_server.get()


@asynccontextmanager
async def running_hub() -> AsyncIterator[Hub]:
    """The hub of this event loop, stopped at the end."""
    hub = await Hub.of_this_process()
    try:
        yield hub
    finally:
        await hub.stop()

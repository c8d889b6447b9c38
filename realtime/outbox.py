"""The outbox of a socket: frames that wait for the server to take them, bounded by their bytes.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
A reader that does not read is cut; it never holds up another, nor our memory.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.frames import MESSAGE_TOO_BIG, CloseCode, Frame

Send = Callable[[dict[str, Any]], Awaitable[None]]


def nobody() -> None:
    """Who minds that too much waits for one who has gone."""


class Outbox:
    """Sends frames in order, one at a time; ``overflow`` is called when too many wait."""

    def __init__(self, send: Send, *, max_bytes: int, overflow: Callable[[], None]) -> None:
        self._send = send
        self._max_bytes = max_bytes
        self._overflow = overflow
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._closing: int | None = None
        self._task: asyncio.Task[None] | None = None

    def put(self, frame: Frame) -> None:
        """Queue a frame; after ``close`` nothing is taken any more."""
        if self._closing is not None:
            return
        unsent = self._bytes
        self._frames.append(frame)
        self._bytes += len(frame.data)
        self._work()
        # One page may be larger than the bound: it must be possible to send it at all.
        if unsent and self._bytes > self._max_bytes:
            self._overflow()

    def close(self, code: int, bye: Frame, *, drop: bool) -> None:
        """End with a ``bye`` and a close frame, behind what waits or (``drop``) instead of it."""
        if self._closing is not None:
            return
        if drop:
            self._frames.clear()
        self._frames.append(bye)
        self._closing = code
        self._work()

    def unsent(self) -> int:
        """Bytes that wait to be taken."""
        return self._bytes

    async def drained(self) -> None:
        """Return when all frames have been taken."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def abandon(self) -> None:
        """The socket is gone: forget what waits, and whom to tell that it is too much."""
        self._overflow = nobody
        self._frames.clear()
        self._closing = self._closing or 0
        if self._task is not None:
            self._task.cancel()

    def _work(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._frames:
                frame = self._frames.popleft()
                await self._send({"type": "websocket.send", "text": frame.text})
                self._bytes -= len(frame.data)
            if self._closing:
                await self._send_close(self._closing)
        except Exception:
            # The socket went away under us; its `disconnect` is on the way.
            self._frames.clear()

    async def _send_close(self, code: int) -> None:
        try:
            # daphne takes nothing but a plain int.
            await self._send({"type": "websocket.close", "code": int(code)})
        except Exception:
            if code != MESSAGE_TOO_BIG:
                raise
            # Nor does it send a code that RFC 6455 keeps for protocols.
            await self._send({"type": "websocket.close", "code": int(CloseCode.BAD_FRAMES)})

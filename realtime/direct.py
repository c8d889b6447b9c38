"""The fast path: one encoded frame for all sockets, written to each transport once per loop turn.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
Only on our own server (``server.py``), which hands its protocol to the consumer. Elsewhere, and
under TLS in this process, ``outbox.py`` does the same by plain ASGI.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from realtime.frames import Frame
from realtime.outbox import Send

#: The key in an ASGI scope's ``extensions`` under which the server leaves its protocol.
EXTENSION = "realtime.socket"
#: Seconds for a client to read what is left and answer the close, before the socket is dropped.
CLOSE_SECONDS = 10.0


class DirectSocket(Protocol):
    """What the server's protocol offers."""

    transport: asyncio.Transport
    writable: asyncio.Event

    def is_open(self) -> bool:
        """Whether a frame may be written now: after the handshake, before any close."""
        ...


class DirectOutbox:
    """Writes frames in order, all of a loop turn at once; ``overflow`` when too many wait."""

    __slots__ = (
        "_closing",
        "_due",
        "_loop",
        "_max_bytes",
        "_overflow",
        "_send",
        "_socket",
        "_task",
        "_waiting",
    )

    def __init__(
        self,
        socket: DirectSocket,
        send: Send,
        *,
        max_bytes: int,
        overflow: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._send = send
        self._max_bytes = max_bytes
        self._overflow = overflow
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._due = self._closing = False
        self._task: asyncio.Task[None] | None = None

    def put(self, frame: Frame) -> None:
        """Queue a frame; after ``close`` nothing is taken any more."""
        if self._closing:
            return
        self._waiting.append(frame.wire)
        if not self._due:
            self._due = True
            self._loop.call_soon(self._flush)

    def close(self, code: int, bye: Frame, *, drop: bool) -> None:
        """End with a ``bye`` and a close frame, behind what waits or (``drop``) instead of it."""
        if self._closing:
            return
        if drop:
            self._waiting.clear()
        self._waiting.append(bye.wire)
        self._closing = True
        self._flush()
        self._task = self._loop.create_task(self._send_close(code))
        # What is in the transport's buffer cannot be taken back: who never reads is cut off.
        self._loop.call_later(CLOSE_SECONDS, self._socket.transport.abort)

    async def drained(self) -> None:
        """Return when the client has read enough for more to be sent."""
        self._flush()
        await self._socket.writable.wait()

    def abandon(self) -> None:
        """The socket is gone: forget what waits."""
        self._waiting.clear()
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    def _flush(self) -> None:
        self._due = False
        waiting, self._waiting = self._waiting, []
        # Between queueing and now the other end may have gone, or begun its close.
        if not waiting or not self._socket.is_open():
            return
        transport = self._socket.transport
        unread = transport.get_write_buffer_size()
        transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))
        # One page may be larger than the bound: it must be possible to send it at all.
        if unread and transport.get_write_buffer_size() > self._max_bytes:
            self._overflow()

    async def _send_close(self, code: int) -> None:
        try:
            await self._send({"type": "websocket.close", "code": code})
        except Exception:
            return  # it went away under us; its `disconnect` is on the way

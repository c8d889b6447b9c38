"""The fast path: one encoded frame for all sockets, written to each of them once per loop turn.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
Only on our own server (``protocol.py``), which hands its protocol to the consumer. Elsewhere, and
under TLS in this process, ``outbox.py`` does the same by plain ASGI.
"""

import asyncio
import logging
from collections.abc import Callable
from os import write
from typing import Protocol
from weakref import WeakKeyDictionary

from realtime.frames import Frame
from realtime.outbox import Send, nobody

logger = logging.getLogger(__name__)

#: The key in an ASGI scope's ``extensions`` under which the server leaves its protocol.
EXTENSION = "realtime.socket"
#: Seconds for a client to read what is left and answer the close, before the socket is dropped.
CLOSE_SECONDS = 5.0


class DirectSocket(Protocol):
    """What the server's protocol offers."""

    transport: asyncio.Transport
    #: What to write to while nothing waits in the transport.
    descriptor: int
    #: Whether a frame may be written now: after the handshake, before any end.
    may_write: bool
    #: Whether the transport was given something, which may wait there still.
    buffered: bool

    def write(self, data: bytes) -> None:
        """Give it to the transport, which writes it behind what it has."""
        ...

    async def writable(self) -> None:
        """Return when the client has read enough for more to be sent."""
        ...


class Turn:
    """What is to be written in this turn of a loop: one callback for all sockets."""

    __slots__ = ("_loop", "due")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        #: Those with something to write. Who is the first to enter calls ``begin``.
        self.due: list[DirectOutbox] = []

    @classmethod
    def of_this_loop(cls) -> "Turn":
        """The one of the running loop."""
        loop = asyncio.get_running_loop()
        turn = _turns.get(loop)
        if turn is None:
            turn = _turns[loop] = cls(loop)
        return turn

    def begin(self) -> None:
        """Write what is due before the turn ends."""
        self._loop.call_soon(self._write)

    def _write(self) -> None:
        due, self.due = self.due, []
        for outbox in due:
            try:
                outbox.flush()
            except Exception:  # one socket's trouble must not keep the others from their frames
                logger.exception("a socket could not be written to")


_turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, Turn]" = WeakKeyDictionary()


class DirectOutbox:
    """Writes frames in order, all of a loop turn at once; ``overflow`` when too many wait."""

    __slots__ = (
        "_closing",
        "_max_bytes",
        "_overflow",
        "_send",
        "_socket",
        "_task",
        "_turn",
        "_wire",
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
        self._turn = Turn.of_this_loop()
        self._wire = b""
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def put(self, frame: Frame) -> None:
        """Queue a frame; after ``close`` nothing is taken any more."""
        self.write(frame.wire)

    def write(self, wire: bytes) -> None:
        """The same for what is encoded already: one frame, or several behind each other."""
        if self._closing:
            return
        if self._wire:
            self._wire += wire
        else:
            self._wire = wire
            due = self._turn.due
            if not due:
                self._turn.begin()
            due.append(self)

    def close(self, code: int, bye: Frame, *, drop: bool) -> None:
        """End with a ``bye`` and a close frame, behind what waits or (``drop``) instead of it."""
        if self._closing:
            return
        self._wire = bye.wire if drop else self._wire + bye.wire
        self._closing = True
        self.flush()
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._send_close(code))
        # What is in the transport's buffer cannot be taken back: who never reads is cut off.
        loop.call_later(CLOSE_SECONDS, self._socket.transport.abort)

    def unsent(self) -> int:
        """Bytes that the client has not read, as far as we know: the kernel has some more."""
        return len(self._wire) + self._socket.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Return when the client has read enough for more to be sent."""
        self.flush()
        await self._socket.writable()

    def abandon(self) -> None:
        """The socket is gone: forget what waits, and whom to tell that it is too much."""
        self._overflow = nobody
        self._wire = b""
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    def flush(self) -> None:
        """Write what waits now.

        Straight to the descriptor where nothing waits before it. That is the socket's own as long
        as ``connection_lost`` was not called, at which ``may_write`` ends: it is closed after that.
        """
        wire, self._wire = self._wire, b""
        socket = self._socket
        # Between queueing and now the other end may have gone, or begun its close.
        if not wire or not socket.may_write:
            return
        unread = socket.transport.get_write_buffer_size() if socket.buffered else 0
        if not unread:
            try:
                sent = write(socket.descriptor, wire)
            except OSError:
                sent = 0  # a full buffer, or an end that the transport is to find out and to tell
            if sent == len(wire):
                socket.buffered = False
                return
            wire = wire[sent:]
        socket.write(wire)
        # One page may be larger than the bound: it must be possible to send it at all.
        if unread and socket.transport.get_write_buffer_size() > self._max_bytes:
            self._overflow()

    async def _send_close(self, code: int) -> None:
        try:
            await self._send({"type": "websocket.close", "code": code})
        except Exception:
            return  # it went away under us; its `disconnect` is on the way

"""The transport half of a consumer: one socket's life, its limits and its goodbye.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
It knows frames and close codes; who is there and what they may do is ``consumers.py``'s.
No exception leaves it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from math import ceil
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import OperationalError

from realtime import access, logs
from realtime.conf import conf
from realtime.control import Bye
from realtime.direct import EXTENSION, DirectOutbox
from realtime.errors import InvalidFrame, RateLimited, RealtimeError
from realtime.events import timestamp
from realtime.frames import (
    MESSAGE_TOO_BIG,
    REASONS,
    ClientFrame,
    CloseCode,
    Frame,
    decode,
    encode,
    encode_error,
    readable_id,
)
from realtime.limits import BadFrames, FrameRate
from realtime.metrics import CLOSES, ERRORS
from realtime.outbox import Outbox

logger = logging.getLogger(__name__)

#: Seconds over which clients spread their return, by the code that ended them; those of a server
#: that drains by how many they are (``draining.py``).
RETRY_AFTER: dict[int, float] = {
    CloseCode.RATE_LIMITED: 10.0,
    CloseCode.INTERNAL: 1.0,
    CloseCode.SLOW_CONSUMER: 1.0,
}

#: Seconds that a socket waits after a frame that was one too many, so that a flood costs little.
REFUSED_SECONDS = 0.01
#: The code of a socket that ended without one.
ABNORMAL = 1006
#: What an open socket still knows of its handshake, where it lives on by callbacks.
KEPT_OF_SCOPE = ("type", "path", "client", access.SCOPE_KEY)


class SocketConsumer(AsyncConsumer):  # type: ignore[misc]  # Channels ships no types
    """A socket: frames in, frames out, an alarm clock, and one way to end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket. No group and no channel of the layer is its own: see the hub."""
        self.scope, self.asgi_send = scope, send
        self.closing = False
        #: When it was accepted, by ``time.monotonic``; 0 before that.
        self.accepted_at = 0.0
        self.close_code = 0
        self.frames_taken = 0
        self._rate = FrameRate(conf().frame_rate, time.monotonic())
        self._bad_frames = BadFrames()
        self._alarm: asyncio.TimerHandle | None = None
        self.outbox = self._new_outbox()
        socket = self._direct_socket()
        owned = False
        try:
            if socket is not None:
                await self.dispatch(await receive())
                # The handshake's headers, some kilobytes with a token, are not needed any more.
                self.scope = {name: scope.get(name) for name in KEPT_OF_SCOPE}
                socket.adopt(self)
                owned = True
                return
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            # The server waits no longer for a socket that has ended, but whose work hangs.
            if not self.closing:
                raise
        finally:
            if not owned:
                self.leave()

    async def take(self, message: dict[str, Any]) -> None:
        """Handle a message of a socket that lives on by callbacks."""
        logs.begin(request=self.scope.get(access.SCOPE_KEY), **self.known())
        await self.dispatch(message)

    def leave(self, code: int = ABNORMAL) -> None:
        """The socket is gone, ``code`` says how, if not we closed it: leave nothing behind."""
        self.closing = True
        self._cancel_alarm()
        self.outbox.abandon()
        self.ended()
        self.gone()
        if self.accepted_at:
            with logs.within({"request": self.scope.get(access.SCOPE_KEY), **self.known()}):
                access.closed(
                    self.scope,
                    code=self.close_code or code,
                    seconds=time.monotonic() - self.accepted_at,
                    frames=self.frames_taken,
                )

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one ASGI message, without Channels' hop through its database thread."""
        try:
            match message["type"]:
                case "websocket.connect":
                    await self.connected()
                case "websocket.receive":
                    await self._receive(message.get("text"))
                case "websocket.disconnect":
                    self.close_code = self.close_code or message.get("code") or ABNORMAL
                    raise StopConsumer
        except StopConsumer:
            raise
        except OperationalError as error:
            logger.warning("a socket failed: %s", str(error).strip())
            self.close(CloseCode.INTERNAL)
        except Exception:
            logger.exception("a socket failed")
            self.close(CloseCode.INTERNAL)

    def _new_outbox(self) -> Outbox | DirectOutbox:
        socket = self._direct_socket()
        limits: Any = {
            "max_bytes": conf().slow_consumer_bytes,
            "overflow": lambda: self.close(CloseCode.SLOW_CONSUMER, drop=True),
        }
        if socket is None:
            return Outbox(self.asgi_send, **limits)
        return DirectOutbox(socket, self.asgi_send, **limits)

    def _direct_socket(self) -> Any:
        return (self.scope.get("extensions") or {}).get(EXTENSION)

    def send(self, frame: Frame) -> None:
        """Queue a frame for the client."""
        self.outbox.put(frame)

    def direct(self) -> Callable[[bytes], None] | None:
        """What takes encoded frames, on the server that has the fast path."""
        return self.outbox.write if isinstance(self.outbox, DirectOutbox) else None

    def close(self, code: int, *, drop: bool = False) -> None:
        """Say goodbye and close, after what waits or (``drop``) instead of it."""
        if self.closing:
            return
        self.closing = True
        self.close_code = int(code)
        CLOSES.labels(code).inc()
        self._cancel_alarm()
        bye = Bye(code=code, reason=REASONS.get(code, ""), retry_after=self.retry_after(code))
        self.outbox.close(code, encode("bye", bye, ts=now()), drop=drop)
        self.ended()

    def retry_after(self, code: int) -> float | None:
        """Seconds over which those who are closed with this code spread their return."""
        return RETRY_AFTER.get(code)

    async def refuse(self) -> None:
        """Answer the handshake with HTTP 403."""
        access.refused(self.scope, 403)
        await self.asgi_send({"type": "websocket.close"})

    async def turn_back(self, seconds: float = 1.0) -> None:
        """Answer the handshake with HTTP 503, at which a balancer asks the next server.

        It is worth trying here again after ``seconds``.
        """
        if "websocket.http.response" not in (self.scope.get("extensions") or {}):
            await self.refuse()
            return
        access.refused(self.scope, 503)
        wait = max(1, ceil(seconds))
        headers = [(b"retry-after", str(wait).encode()), *access.headers(self.scope)]
        start = {"type": "websocket.http.response.start", "status": 503, "headers": headers}
        await self.asgi_send(start)
        await self.asgi_send({"type": "websocket.http.response.body", "body": b""})

    def set_alarm(self, seconds: float) -> None:
        """Call ``rang`` after so many seconds, and not at the time that was set before."""
        self._cancel_alarm()
        # In an empty context: the handshake's would stay for as long as it waits.
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(seconds, self.rang, context=Context())

    def _cancel_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    async def _receive(self, text: str | None) -> None:
        if self.closing:
            return
        self.frames_taken += 1
        self.heard()
        if text is not None and len(text.encode(errors="replace")) > conf().max_frame_bytes:
            self.close(MESSAGE_TOO_BIG)
            return
        frame_id = None if text is None else readable_id(text)
        try:
            self._rate.take(time.monotonic())
            if text is None:
                raise InvalidFrame("frame: binary frames are not taken; send text")
            await self.received(decode(text))
        except RealtimeError as error:
            self.answer_error(error, frame_id)
            if isinstance(error, RateLimited):
                await asyncio.sleep(REFUSED_SECONDS)

    def answer_error(self, error: RealtimeError, frame_id: str | None) -> None:
        """Tell the client what is wrong, and close when it has been wrong too often."""
        ERRORS.labels(error.code).inc()
        self.send(encode_error(error, frame_id))
        if isinstance(error, InvalidFrame) and self._bad_frames.add(time.monotonic()):
            self.close(CloseCode.BAD_FRAMES)
        elif isinstance(error, RateLimited) and self._rate.is_hopeless(time.monotonic()):
            self.close(CloseCode.RATE_LIMITED)

    # -- what the other half does ------------------------------------------------------------

    def known(self) -> dict[str, str]:
        """What lines of the log say of this socket."""
        return {}

    async def connected(self) -> None:
        """The handshake is there: accept or refuse it."""

    async def received(self, frame: ClientFrame) -> None:
        """A frame came; raises RealtimeError for what its sender is to be told."""

    def heard(self) -> None:
        """Something came: the client is alive."""

    def rang(self) -> None:
        """The alarm went off."""

    def ended(self) -> None:
        """The socket closes, or is gone; may be called twice."""

    def gone(self) -> None:
        """The socket is no more."""


def now() -> str:
    """The time, as frames have it."""
    return timestamp(datetime.now(UTC))


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Answer a socket at a path where there is none: HTTP 403, ASGI's only refusal."""
    await receive()
    access.refused(scope, 403)
    await send({"type": "websocket.close"})

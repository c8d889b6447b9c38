"""One WebSocket from its handshake to its end. Knows no cursor's meaning and no command.

A socket whose network has gone says nothing: silence beyond what was agreed is an end too.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

#: Seconds for the handshake and the first frame.
OPENING_SECONDS = 10.0
#: Seconds of silence beyond the server's heartbeat after which the socket counts as lost.
GRACE_SECONDS = 20.0
#: Lost without a close frame, in RFC 6455's words.
ABNORMAL = 1006


class Lost(Exception):
    """The connection is no more; ``code`` says why."""

    def __init__(self, code: int, reason: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason, self.retry_after = code, reason, retry_after


class Refused(Exception):
    """The handshake was answered by an HTTP status; ``retry_after`` in seconds, where there is."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.retry_after = status, retry_after


class Connection:
    """Frames in and out."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._silence = OPENING_SECONDS
        self._bye: dict[str, Any] = {}

    @classmethod
    async def open(
        cls, url: str, cursor: str | None, rooms: Sequence[str], headers: dict[str, str]
    ) -> "Connection":
        """Shake hands; raises Refused, OSError or TimeoutError."""
        query = {"cursor": cursor, "rooms": ",".join(rooms)}
        address = f"{url}?{urlencode({name: value for name, value in query.items() if value})}"
        try:
            socket = await connect(
                address,
                additional_headers=headers,
                open_timeout=OPENING_SECONDS,
                max_size=None,
                ping_interval=None,  # the protocol has heartbeats, which carry the cursor
                compression=None,
            )
        except InvalidStatus as error:
            wait = error.response.headers.get("Retry-After", "")
            seconds = float(wait) if wait.isdecimal() else None
            raise Refused(error.response.status_code, seconds) from None
        except InvalidHandshake as error:  # as of a server that ends in the middle of it
            raise ConnectionError(str(error)) from error
        return cls(socket)

    def expect_signs_every(self, seconds: float) -> None:
        """The server says something at least so often."""
        self._silence = seconds + GRACE_SECONDS

    async def receive(self) -> dict[str, Any]:
        """The next frame's members; raises Lost."""
        try:
            async with asyncio.timeout(self._silence):
                data: dict[str, Any] = json.loads(await self._socket.recv())
        except TimeoutError:
            self.abort()
            raise Lost(ABNORMAL, "silence") from None
        except ConnectionClosed as closed:
            raise self._lost(closed) from None
        if data["type"] == "bye":
            self._bye = data["payload"]
        return data

    async def send(self, text: str) -> None:
        """Send a frame; raises Lost."""
        try:
            await self._socket.send(text)
        except ConnectionClosed as closed:
            raise self._lost(closed) from None

    def abort(self) -> None:
        """End it at once; nobody is told."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """End it."""
        with suppress(Exception):
            async with asyncio.timeout(1):
                await self._socket.close()

    def _lost(self, closed: ConnectionClosed) -> Lost:
        code = closed.rcvd.code if closed.rcvd else ABNORMAL
        return Lost(code, self._bye.get("reason") or "", self._bye.get("retryAfter"))

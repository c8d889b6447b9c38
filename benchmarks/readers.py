"""Readers that come back: a socket that ends is opened again with its cursor, as a client does.

In the event loop, thousands at once. Each reader counts what it was given, and for how long it
was away: from the end of its socket until it has caught up. The load client in C is cheaper, but
stays away.
"""

import asyncio
import base64
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import quote

import msgspec

#: Seconds: the backoff of a client whose socket broke, full jitter over this, doubled each time.
BACKOFF, MOST_BACKOFF = 1.0, 30.0
#: What an event carries of its writing: when, in nanoseconds, and its number.
MARK = re.compile(rb"bench=(\d+),(\d+);")
#: The client's frames are masked, as they must be; the mask need be no secret here.
HEARTBEAT = b'{"type":"heartbeat"}'


class Cohort:
    """All readers, and the sums of what they saw."""

    def __init__(self, port: int, tokens: Sequence[str], authors: int) -> None:
        self.port, self.authors = port, authors
        self.readers = [Reader(self, number, token) for number, token in enumerate(tokens)]
        self.events = self.lost = self.repeated = self.disordered = 0
        self.codes: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self.resets: Counter[str] = Counter()
        #: Seconds that each absence took, and when it ended.
        self.away: list[float] = []
        self.delays: list[float] = []

    async def connect(self, at_once: int = 50) -> None:
        """Open all sockets, so many at a time."""
        for first in range(0, len(self.readers), at_once):
            group = self.readers[first : first + at_once]
            for reader in group:
                reader.come(0)
            while not all(reader.is_there for reader in group):
                await asyncio.sleep(0.01)

    @property
    def missing(self) -> int:
        """Readers that are away now."""
        return sum(not reader.is_there for reader in self.readers)

    def behind(self, last: int) -> int:
        """Events up to number ``last`` that a reader should have and has not."""
        return sum(reader.behind(last) for reader in self.readers)

    def leave(self) -> None:
        """Close all for good."""
        for reader in self.readers:
            reader.leave()


class Reader(asyncio.Protocol):
    """One reader; its sockets come and go. Follows one author, whose events are every n-th."""

    def __init__(self, cohort: Cohort, number: int, token: str) -> None:
        self._cohort, self._token = cohort, token
        self._remainder = number % cohort.authors
        self.is_there = self._left = False
        self._cursor = ""
        self._last = 0
        self._gone_at = 0.0
        self._tries = 0
        self._bye: dict[str, Any] = {}
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._upgraded = False

    # -- coming and going ---------------------------------------------------------------------

    def come(self, delay: float) -> None:
        """Open a socket after so many seconds."""
        asyncio.get_running_loop().call_later(delay, lambda: asyncio.ensure_future(self._open()))

    def leave(self) -> None:
        """Close for good."""
        self._left = True
        if self._transport is not None:
            self._transport.close()

    async def _open(self) -> None:
        if self._left:
            return
        self._buffer, self._upgraded, self._bye = b"", False, {}
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self, "127.0.0.1", self._cohort.port)
        except OSError as error:
            self._refuse(type(error).__name__)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)
        query = f"?cursor={quote(self._cursor)}" if self._cursor else ""
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /ws/{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._left:
            return
        if not self._upgraded:
            self._refuse("closed in the handshake")
            return
        self._cohort.codes[self._bye.get("code", 1006)] += 1
        if self.is_there:
            self.is_there, self._gone_at = False, time.monotonic()
        if "retryAfter" in self._bye and self._bye["retryAfter"] is not None:
            self.come(random.uniform(0, self._bye["retryAfter"]))
        else:
            self._come_with_backoff()

    def _refuse(self, why: str) -> None:
        self._cohort.refused[why] += 1
        self._come_with_backoff()

    def _come_with_backoff(self) -> None:
        most = min(MOST_BACKOFF, BACKOFF * 2**self._tries)
        self._tries += 1
        self.come(random.uniform(0, most))

    def _is_back(self) -> None:
        self.is_there, self._tries = True, 0
        if self._gone_at:
            self._cohort.away.append(time.monotonic() - self._gone_at)
            self._gone_at = 0.0

    # -- what comes ---------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded and not self._read_head():
            return
        while self._transport is not None and (frame := self._next_frame()) is not None:
            self._take(*frame)

    def _read_head(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        status = head.split(b" ", 2)[1].decode()
        if status != "101":
            assert self._transport is not None
            self._buffer = b""
            self._transport.abort()  # `connection_lost` tries again
            self._cohort.refused[status] += 1
            return False
        self._buffer, self._upgraded = rest, True
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        """Opcode and payload; servers neither mask nor, here, fragment."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start])
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 15, buffer[start : start + size]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 8:
            self._send(8, payload[:2])
            return
        if opcode == 9:
            self._send(10, payload)
            return
        self._count(payload)
        frame = msgspec.json.decode(payload, type=Frame)
        if frame.cursor:
            self._cursor = frame.cursor
        elif handle := getattr(self, "_on_" + re.sub(r"\W", "_", frame.type), None):
            handle(frame.payload)

    def _count(self, payload: bytes) -> None:
        cohort = self._cohort
        for written, text in MARK.findall(payload):
            number = int(text)
            cohort.events += 1
            cohort.delays.append(time.time() - int(written) / 1e9)
            step = number - self._last
            if self._last and step != cohort.authors:
                cohort.repeated += step == 0
                cohort.disordered += step < 0
                cohort.lost += max(0, step // cohort.authors - 1)
            self._last = max(self._last, number)

    def behind(self, last: int) -> int:
        """Its events up to number ``last`` that have not come."""
        mine = last - (last - self._remainder) % self._cohort.authors
        return max(0, (mine - self._last) // self._cohort.authors)

    def _on_connect(self, payload: dict[str, Any]) -> None:
        if not self._cursor:
            self._cursor = payload["cursor"]
            self._is_back()

    def _on_sync_response(self, payload: dict[str, Any]) -> None:
        self._cursor = payload["cursor"]
        if payload["reset"]:
            self._cohort.resets[payload["reset"]] += 1
        if payload["complete"]:
            self._is_back()

    def _on_heartbeat(self, payload: dict[str, Any]) -> None:
        self._cursor = payload["cursor"]
        self._send(1, HEARTBEAT)

    def _on_bye(self, payload: dict[str, Any]) -> None:
        self._bye = payload

    def _send(self, opcode: int, payload: bytes) -> None:
        """With a mask of zeros: the payload stays as it is."""
        if self._transport is not None:
            head = bytes((0x80 | opcode, 0x80 | len(payload)))
            self._transport.write(head + bytes(4) + payload)


class Frame(msgspec.Struct):
    """What a reader looks at in a frame."""

    type: str
    payload: dict[str, Any]
    cursor: str = ""


async def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as it holds; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(0.02)

"""Visitors of a site, good and bad, thousands at once in one event loop.

Each does one thing after the other: reads for a while, posts, comes back with a cursor, freezes,
floods, sends what makes no sense, or never finishes what it began. What a server does with the bad
ones is not looked at here, only that it lives: see ``soak.py``.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import cast
from urllib.parse import quote

from tests.fuzz.frames import TEXT, Fuzzer, header, masked

MASK = b"\x00\x00\x00\x00"
PING = header(9, 0) + MASK
CURSOR = re.compile(rb'"cursor":"([0-9a-z]+-[0-9]+)"')
HOST = "Host: 127.0.0.1\r\n"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)

Deed = Callable[["Visitor"], Awaitable[None]]


class Crowd:
    """All visitors of one server; ``over`` sends them home."""

    def __init__(self, port: int, tokens: Sequence[str], visitors: int, seed: int) -> None:
        self.port = port
        self.over = asyncio.Event()
        #: How often what was done, and what answered it: statuses and close codes.
        self.deeds: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self._visitors = [
            Visitor(self, tokens[number % len(tokens)], seed * 100_000 + number)
            for number in range(visitors)
        ]

    async def live(self) -> None:
        """Until it is over."""
        await asyncio.gather(*(visitor.live() for visitor in self._visitors))


class Visitor:
    """One of them, with one connection at a time."""

    def __init__(self, crowd: Crowd, token: str, seed: int) -> None:
        self._crowd, self._token = crowd, token
        self._random = random.Random(seed)
        self._fuzzer = Fuzzer(seed)
        self._cursor = ""

    async def live(self) -> None:
        await self._pause(20)  # not all in the same second
        while not self._crowd.over.is_set():
            deed = self._random.choices(list(DEEDS), list(DEEDS.values()))[0]
            self._crowd.deeds[deed.__name__] += 1
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                async with asyncio.timeout(180):
                    await deed(self)
            await self._pause(3)

    # -- deeds ---------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read as a page does; leave with a word or without, and remember where one was."""
        rooms = quote(f"hashtag:a{self._random.randrange(1_000)}")
        cursor = f"&cursor={self._cursor}" if self._random.random() < 0.5 and self._cursor else ""
        reader, writer = await self._socket(f"/ws/?rooms={rooms}{cursor}")
        if self._random.random() < 0.3:
            self._say(writer, "room:join", room=f"hashtag:b{self._random.randrange(1_000)}")
        await self._take(reader, writer, seconds=self._random.uniform(5, 90))
        if self._random.random() < 0.5:
            writer.write(header(8, 2) + MASK + b"\x03\xe8")
            await self._end(writer)
        else:
            writer.transport.abort()

    async def be_told_who_is_there(self) -> None:
        reader, writer = await self._socket("/ws/presence/")
        await self._take(reader, writer, seconds=self._random.uniform(1, 30))
        await self._end(writer)

    async def post(self) -> None:
        body = json.dumps({"body": f"a post #a{self._random.randrange(1_000)}"}).encode()
        await self._ask("POST", "/api/posts", body)

    async def look(self) -> None:
        await self._ask("GET", "/api/posts?limit=20")
        await self._ask("GET", "/api/realtime/poll")

    async def stream(self) -> None:
        reader, writer = await self._open("GET", "/api/realtime/stream")
        await self._take(reader, writer, seconds=self._random.uniform(1, 40))
        writer.transport.abort()

    async def freeze(self) -> None:
        """Open a socket or a stream, and never read."""
        if self._random.random() < 0.7:
            _reader, writer = await self._socket("/ws/")
        else:
            _reader, writer = await self._open("GET", "/api/realtime/stream")
        transport = cast(asyncio.Transport, writer.transport)
        transport.pause_reading()
        await self._pause(70)
        transport.abort()

    async def make_no_sense(self) -> None:
        reader, writer = await self._socket("/ws/")
        for _ in range(self._random.randrange(1, 15)):
            writer.write(self._fuzzer.whole().data)
        if self._random.random() < 0.5:
            writer.write(self._fuzzer.broken().data)
        await self._take(reader, writer, seconds=5)
        await self._end(writer)

    async def flood(self) -> None:
        """Many small frames at once, and some after it."""
        reader, writer = await self._socket("/ws/")
        frame = self._random.choice((PING, header(TEXT, 0) + MASK, header(0, 0) + MASK, b"\xff"))
        writer.write(frame * 3_000)
        await self._take(reader, writer, seconds=5)
        await self._end(writer)

    async def begin_and_stop(self) -> None:
        """A head, a body, a handshake or a greeting that never ends."""
        post = f"POST /api/posts HTTP/1.1\r\n{HOST}Content-Length: 9999\r\n\r\n"
        begun = self._random.choice(
            ("", "GET / HTTP/1.1\r\nX-Slow: ", post, f"GET /ws/ HTTP/1.1\r\n{HOST}{UPGRADE}\r\n")
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", self._crowd.port)
        writer.write(begun.encode())
        await self._take(reader, writer, seconds=30)
        await self._end(writer)

    # -- what they are made of -----------------------------------------------------------------

    async def _open(
        self, method: str, path: str, more: str = "", body: bytes = b""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._crowd.port)
        head = f"{method} {path} HTTP/1.1\r\n{HOST}Authorization: Bearer {self._token}\r\n{more}"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        return reader, writer

    async def _socket(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await self._open("GET", path, UPGRADE)
        head = await reader.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1].decode()
        self._crowd.answers[status] += 1
        if status != "101":
            writer.close()
            raise ConnectionError(status)
        return reader, writer

    async def _ask(self, method: str, path: str, body: bytes = b"") -> None:
        reader, writer = await self._open(method, path, "Connection: close\r\n", body)
        answer = await reader.read()
        self._crowd.answers[answer.split(b" ", 2)[1].decode()] += 1
        await self._end(writer)

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, seconds: float
    ) -> None:
        """Read for so long, or to the end; answer heartbeats."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while data := await reader.read(65_536):
                    if found := CURSOR.findall(data):
                        self._cursor = found[-1].decode()
                    if b'"type":"heartbeat"' in data:
                        self._say(writer, "heartbeat")
                    if b'"type":"bye"' in data:
                        self._crowd.answers[data.partition(b'"code":')[2][:4].decode()] += 1

    def _say(self, writer: asyncio.StreamWriter, kind: str, **payload: str) -> None:
        text = json.dumps({"type": kind, "payload": payload}).encode()
        writer.write(header(TEXT, len(text)) + MASK + masked(text, MASK))

    async def _end(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _pause(self, most: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._random.uniform(0, most)):
                await self._crowd.over.wait()


#: What is done, and how often: most read, most of the time.
DEEDS: dict[Deed, int] = {
    Visitor.read: 60,
    Visitor.be_told_who_is_there: 6,
    Visitor.post: 4,
    Visitor.look: 6,
    Visitor.stream: 6,
    Visitor.freeze: 6,
    Visitor.make_no_sense: 4,
    Visitor.flood: 2,
    Visitor.begin_and_stop: 6,
}

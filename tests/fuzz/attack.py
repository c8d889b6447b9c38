"""Sends bad frames from many sockets at once, and sees whether the server keeps its promises.

What may not happen: an error that the server calls its own (``internal``, close code 4100), a
socket in good order that does not answer, and a well-behaved reader that waits for its heartbeat.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.clients import Api
from tests.fuzz.frames import TEXT, Attack, Fuzzer, header, masked
from tests.servers import Site

#: Looks at whether a socket still answers, and frames before each. The server ends one itself at
#: its twentieth bad frame.
LOOKS, BETWEEN = 3, 7
#: Seconds for an answer: the server has much to do.
PATIENCE = 30
#: Close codes that say that the server is at fault.
FAULTS = {1006, 1011, 1012, 4100}
MASK = b"\x00\x00\x00\x00"


class Closed(Exception):
    """The server has ended the socket; the argument is its code."""


class RawSocket:
    """A socket whose owner writes whatever bytes it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._count = 0

    @classmethod
    async def open(cls, port: int, token: str) -> "RawSocket":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Authorization: Bearer " + token.encode() + b"\r\n\r\n"
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head, head
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def frame(self) -> bytes:
        """The payload of the next frame; raises Closed."""
        first, size = await self._reader.readexactly(2)
        if size > 125:
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8))
        payload = await self._reader.readexactly(size)
        if first & 15 == 8:
            raise Closed(int.from_bytes(payload[:2]) if payload else 1005)
        return payload if first & 15 == TEXT else b""

    async def answers(self, see: Callable[[bytes], None]) -> None:
        """Ask for a heartbeat and wait for it; what else comes is for ``see``. Raises Closed."""
        self._count += 1
        mine = f"beat {self._count}"
        ask = json.dumps({"type": "heartbeat", "id": mine}).encode()
        await self.send(header(TEXT, len(ask)) + MASK + masked(ask, MASK))
        async with asyncio.timeout(PATIENCE):
            while True:
                payload = await self.frame()
                see(payload)
                if f'"id":"{mine}"'.encode() in payload:
                    return

    async def code(self, see: Callable[[bytes], None], seconds: float) -> int | None:
        """How the server ends it; None when it does not, in so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    see(await self.frame())
        except Closed as closed:
            return int(closed.args[0])
        except TimeoutError:
            return None

    def close(self) -> None:
        self._writer.close()


class Onslaught:
    """So many frames from so many sockets; what came of it is in its counters."""

    def __init__(self, site: Site, *, seed: int, frames: int, sockets: int) -> None:
        self._site, self._seed, self._sockets = site, seed, sockets
        self.left = frames
        self.sent = self.connections = self.answered = 0
        self.errors: Counter[str] = Counter()
        self.codes: Counter[int] = Counter()
        #: What may not happen, in words.
        self.faults: list[str] = []
        #: Seconds that each heartbeat of the well-behaved reader took.
        self.beats: list[float] = []

    async def run(self) -> None:
        people = [await Api.register(self._site.url, "fuzz") for _ in range(self._sockets)]
        watching = asyncio.create_task(self._behave(await Api.register(self._site.url, "calm")))
        try:
            await asyncio.gather(
                *(self._attack(api, self._seed * 1_000 + n) for n, api in enumerate(people))
            )
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _behave(self, api: Api) -> None:
        socket = await RawSocket.open(self._site.port, api.token)
        while True:
            begun = time.monotonic()
            await socket.answers(lambda payload: None)
            self.beats.append(time.monotonic() - begun)
            await asyncio.sleep(0.05)

    async def _attack(self, api: Api, seed: int) -> None:
        fuzzer = Fuzzer(seed)
        while self.left > 0 and len(self.faults) < 20:
            try:
                socket = await RawSocket.open(self._site.port, api.token)
            except (OSError, AssertionError, asyncio.IncompleteReadError) as error:
                self.faults.append(f"seed {seed}: no socket: {error!r}")
                return
            self.connections += 1
            try:
                await self._on(socket, fuzzer, seed)
            except Closed as closed:
                self._ended(int(closed.args[0]), seed)
            except TimeoutError:
                self.faults.append(f"seed {seed}: a socket in good order does not answer")
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                self.faults.append(f"seed {seed}: cut without a word: {error!r}")
            finally:
                socket.close()

    async def _on(self, socket: RawSocket, fuzzer: Fuzzer, seed: int) -> None:
        """One socket's life: frames after which it has to answer, and then what may end it."""
        for _ in range(LOOKS):
            for _ in range(BETWEEN):
                await self._send(socket, fuzzer.whole())
            await socket.answers(self._see)
            self.answered += 1
        await self._send(socket, fuzzer.broken())
        self._ended(await socket.code(self._see, 0.02), seed)

    async def _send(self, socket: RawSocket, attack: Attack) -> None:
        self.left -= attack.frames
        self.sent += attack.frames
        await socket.send(attack.data)

    def _ended(self, code: int | None, seed: int) -> None:
        self.codes[code or 0] += 1
        if code in FAULTS:
            self.faults.append(f"seed {seed}: closed with {code}")

    def _see(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"error"'):
            error = json.loads(payload)["payload"]
            self.errors[error["code"]] += 1
            if error["code"] == "internal":
                self.faults.append(f"an error of the server's own: {error}")

"""Floods of frames at the real socket protocol: bounded by counting what is kept and looked at."""

import asyncio
import contextlib

import pytest

from realtime import protocol, wire
from realtime.direct import EXTENSION
from tests.realtime.test_rfc6455 import CLOSE, PING, TEXT, closing, exchange, head, sent
from tests.serving import serving


class Flooded:
    """Takes messages by callback, as the consumer does; ``go`` holds them up."""

    def __init__(self):
        self.taken, self.sockets = [], []
        self.go = asyncio.Event()

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        self.sockets.append(scope["extensions"][EXTENSION])
        self.sockets[-1].adopt(self)

    async def take(self, message):
        await self.go.wait()
        self.taken.append(message["text"])
        if message["text"] == "bye":
            await self.sockets[0].send({"type": "websocket.close", "code": 4000})

    def leave(self, code=1006):
        pass


@pytest.fixture
async def flooded():
    return Flooded()


@pytest.fixture
async def port(flooded):
    async with serving(flooded, ws_max_size=70_000) as server:
        yield server.config.port


async def opened(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head())
    async with asyncio.timeout(5):
        await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def comes_to(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_of_many_messages_at_once_some_are_kept_and_the_rest_waits_as_bytes(flooded, port):
    _reader, writer = await opened(port)
    writer.write(sent(TEXT, b"x") * 10_000)
    await comes_to(lambda: flooded.sockets and flooded.sockets[0]._messages is not None)
    await asyncio.sleep(0.05)
    assert len(flooded.sockets[0]._messages) <= wire.BATCH
    flooded.go.set()
    await comes_to(lambda: len(flooded.taken) == 10_000)
    writer.close()


async def test_while_one_floods_another_is_served(flooded, port):
    _, flooding = await opened(port)
    _, other = await opened(port)
    flooding.write(sent(TEXT, b"x") * 20_000)
    await comes_to(lambda: flooded.sockets[0]._messages is not None)
    other.write(sent(TEXT, b"other"))
    await comes_to(lambda: flooded.sockets[1]._messages is not None)
    flooded.go.set()
    await comes_to(lambda: len(flooded.taken) == 20_001)
    assert flooded.taken.index("other") < 10 * wire.BATCH
    flooding.close()
    other.close()


@pytest.mark.parametrize(
    "stream",
    [
        sent(PING) * (wire.PIECES + 200),
        sent(10) * (wire.PIECES + 200),
        sent(TEXT, fin=False) + sent(0, fin=False) * (wire.PIECES + 200),
    ],
    ids=["pings", "pongs", "fragments of nothing"],
)
async def test_too_many_of_what_is_no_message_end_the_socket(port, stream):
    came = await exchange(port, [stream])
    at = came.rfind(b"\x88")  # what comes before are pongs, which are empty
    assert came[:at] == b"\x8a\x00" * (at // 2)
    assert int.from_bytes(came[at + 2 : at + 4]) == 1008


def test_so_many_at_once_are_taken_and_then_some_each_second():
    reader = wire.Reader(1_000)

    def taken(count, now):
        came = 0
        try:
            while came < count:
                came += len(reader.feed(sent(PING), now))
        except wire.Violation:
            pass
        return came

    assert taken(2_000, 5.0) == wire.PIECES == 1_000
    assert taken(2_000, 7.0) == pytest.approx(200, abs=2)
    assert taken(2_000, 1_000.0) == 1_000


def test_messages_are_given_by_batches():
    reader = wire.Reader(1_000)
    stream = b"".join(sent(TEXT, b"%d" % number) for number in range(150))
    given = [reader.feed(stream), reader.feed(b""), reader.feed(b""), reader.feed(b"")]
    assert [len(batch) for batch in given] == [64, 64, 22, 0]
    assert [m.data for batch in given for m in batch] == [b"%d" % n for n in range(150)]


async def test_pings_of_who_never_reads_are_not_answered_without_end(flooded, port, monkeypatch):
    monkeypatch.setattr(wire, "PIECES", 10_000_000)
    _, writer = await opened(port)
    socket = flooded.sockets[0]
    socket._reader._pieces = 10_000_000.0
    for _ in range(400):
        writer.write(sent(PING, b"p" * 125) * 500)
        await writer.drain()
    # 25 MB were asked for; what the kernels do not hold of it waits here.
    assert socket.transport.get_write_buffer_size() < 300_000
    writer.close()


async def test_after_our_close_a_flood_is_not_looked_at(flooded, port, monkeypatch):
    monkeypatch.setattr(protocol, "CLOSE_SECONDS", 0.3)
    looked_at = []
    frame = wire.Reader._frame
    monkeypatch.setattr(wire.Reader, "_frame", lambda *of: looked_at.append(1) or frame(*of))
    flooded.go.set()
    reader, writer = await opened(port)
    writer.write(sent(TEXT, b"bye"))
    async with asyncio.timeout(5):
        assert await reader.readexactly(4) == b"\x88\x02" + closing(4000)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            for _ in range(20):
                writer.write(sent(TEXT, b"x") * 1_000)
                await writer.drain()
            writer.write(sent(CLOSE, closing(4000)))
            await reader.read()  # to its end
    assert flooded.taken == ["bye"]
    assert len(looked_at) < wire.PIECES + 100
    writer.close()

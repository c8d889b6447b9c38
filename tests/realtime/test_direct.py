"""The fast path on the real server and real sockets: whole frames, and none where none may be."""

import asyncio
import os
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from realtime import direct
from realtime.direct import EXTENSION, DirectOutbox
from realtime.frames import Frame, text_header
from realtime.outbox import Outbox
from realtime.server import SocketProtocol
from tests.serving import serving

#: A handshake as a client without a library sends it.
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Application:
    """Keeps each socket's outbox, and what happened to it, until its client has gone."""

    def __init__(self):
        self.outboxes = []
        self.protocols = []
        self.overflowed = []

    async def __call__(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        protocol = scope["extensions"][EXTENSION]
        number = len(self.outboxes)
        outbox = DirectOutbox(
            protocol, send, max_bytes=100_000, overflow=lambda: self.overflowed.append(number)
        )
        self.outboxes.append(outbox)
        self.protocols.append(protocol)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        outbox.abandon()


@pytest.fixture
async def application():
    made = Application()
    async with serving(made) as server:
        made.port = server.config.port
        yield made


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def join(application):
    client = await connect(f"ws://127.0.0.1:{application.port}/", max_size=None)
    await until(lambda: application.outboxes)
    return client


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 300_000])
async def test_a_frame_of_any_size_arrives_as_it_was(application, size):
    client = await join(application)
    text = "日" * (size // 3) + "x" * (size % 3)
    frame = Frame(text.encode())
    assert len(frame.data) == size
    application.outboxes[0].put(frame)
    assert await client.recv() == text
    await client.close()


async def test_the_frames_of_a_turn_are_written_at_once_and_in_order(application, monkeypatch):
    client = await join(application)
    writes = []

    def write(descriptor, data):
        writes.append(data)
        return original(descriptor, data)

    original = os.write
    monkeypatch.setattr(direct, "write", write)
    for number in range(100):
        application.outboxes[0].put(Frame(b"%d" % number))
    assert [await client.recv() for _ in range(100)] == [str(number) for number in range(100)]
    assert len([data for data in writes if data.startswith(b"\x81")]) == 1
    await client.close()


async def test_a_client_that_does_not_read_is_found_out_and_holds_up_nobody(application):
    stuck = socket.create_connection(("127.0.0.1", application.port))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.sendall(HANDSHAKE)
    await until(lambda: len(application.outboxes) == 1)
    reader = await connect(f"ws://127.0.0.1:{application.port}/", max_size=None)
    await until(lambda: len(application.outboxes) == 2)
    frame, count = Frame(b"x" * 50_000), 0
    async with asyncio.timeout(10):
        while not application.overflowed:
            for outbox in application.outboxes:
                outbox.put(frame)
            count += 1
            await reader.recv()
    assert application.overflowed == [0]
    transport = application.protocols[0].transport
    # What the kernel took is the kernel's; we keep the bound and a write's worth.
    assert transport.get_write_buffer_size() < 100_000 + 2 * len(frame.wire)
    stuck.close()
    await reader.close()


async def test_a_frame_to_who_has_just_gone_is_dropped(application, caplog):
    client = await join(application)
    outbox = application.outboxes[0]
    outbox.put(Frame(b"queued"))
    client.transport.abort()
    application.protocols[0].transport.abort()
    outbox.put(Frame(b"late"))
    await asyncio.sleep(0)
    await until(lambda: outbox._closing)
    outbox.put(Frame(b"later"))
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


async def test_a_frame_for_who_has_gone_never_reaches_who_came_after(application):
    first = await join(application)
    outbox, protocol = application.outboxes[0], application.protocols[0]
    number = protocol.transport.get_extra_info("socket").fileno()
    protocol.transport.abort()
    await until(lambda: protocol.disconnected)
    clients = []
    while not any(one.descriptor == number for one in application.protocols):
        clients.append(await connect(f"ws://127.0.0.1:{application.port}/"))
        await until(lambda: len(application.outboxes) == len(clients) + 1)
        assert len(clients) < 20
    outbox._closing = False  # as if nobody had told it
    outbox.put(Frame(b"for the one who has gone"))
    outbox.flush()
    application.outboxes[-1].put(Frame(b"for the one who came"))
    assert await clients[-1].recv() == "for the one who came"
    for client in (first, *clients):
        await client.close()


async def test_after_a_close_of_either_side_no_frame_is_written(application, monkeypatch):
    reader, writer = await asyncio.open_connection("127.0.0.1", application.port)
    writer.write(HANDSHAKE)
    await reader.readuntil(b"\r\n\r\n")
    outbox = application.outboxes[0]
    original = SocketProtocol._take_close

    def take_close(self, code):
        original(self, code)
        outbox.put(Frame(b"late"))
        outbox.flush()

    monkeypatch.setattr(SocketProtocol, "_take_close", take_close)
    writer.write(b"\x88\x82\x00\x00\x00\x00\x03\xe8")
    assert await reader.read() == b"\x88\x02\x03\xe8"
    writer.close()
    other = await connect(f"ws://127.0.0.1:{application.port}/")
    await until(lambda: len(application.outboxes) == 2)
    application.outboxes[1].close(4200, Frame(b'"bye"'), drop=False)
    application.outboxes[1].put(Frame(b"late"))
    assert await other.recv() == '"bye"'
    with pytest.raises(ConnectionClosed):
        await other.recv()
    assert other.close_code == 4200


async def test_who_does_not_answer_the_close_is_dropped(application, monkeypatch):
    monkeypatch.setattr(direct, "CLOSE_SECONDS", 0.1)
    stuck = socket.create_connection(("127.0.0.1", application.port))
    stuck.sendall(HANDSHAKE)
    await until(lambda: application.outboxes)
    outbox, protocol = application.outboxes[0], application.protocols[0]
    for _ in range(200):
        outbox.put(Frame(b"x" * 50_000))
    outbox.flush()
    outbox.close(4203, Frame(b"{}"), drop=True)
    await until(lambda: protocol.disconnected)
    stuck.close()


def test_the_header_is_the_one_of_rfc_6455():
    assert text_header(5) == b"\x81\x05"
    assert text_header(126) == b"\x81\x7e\x00\x7e"
    assert text_header(65_536) == b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"


async def test_the_plain_outbox_sends_in_order_and_finds_out_who_does_not_read():
    sent, gate, overflowed = [], asyncio.Event(), []

    async def send(message):
        await gate.wait()
        sent.append(message)

    outbox = Outbox(send, max_bytes=100, overflow=lambda: overflowed.append(True))
    outbox.put(Frame(b"x" * 500))
    await asyncio.sleep(0)
    assert not overflowed
    outbox.put(Frame(b"y"))
    assert overflowed == [True]
    outbox.close(4203, Frame(b"bye"), drop=True)
    outbox.put(Frame(b"late"))
    gate.set()
    await outbox.drained()
    told = [message.get("text") or message["code"] for message in sent]
    assert told == ["x" * 500, "bye", 4203]

"""Bodies and answers at the real server: too large, too slow, before their turn, never read."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

from realtime import bodies
from realtime.bodies import BODY_BYTES, BoundedProtocol
from tests.serving import serving

POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class App:
    """Reads a body, answers with its length; what it was told of is kept."""

    def __init__(self):
        self.asked, self.ends = [], []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.answer = None

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        self.asked.append(scope["path"])
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ends.append("gone")
                return
            size, more = size + len(message["body"]), message["more_body"]
        await self.may_answer.wait()
        body = self.answer or str(size).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        self.ends.append(size)


@pytest.fixture
async def app():
    return App()


@pytest.fixture
async def server(app):
    async with serving(app, http=BoundedProtocol) as server:
        yield server


@pytest.fixture
async def client(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    yield reader, writer
    writer.close()


async def everything(reader):
    """All that comes until the server ends the connection."""
    async with asyncio.timeout(10):
        return await reader.read()


async def comes_to(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_body_of_the_largest_size_is_taken(app, client):
    reader, writer = client
    writer.write(POST + b"Content-Length: %d\r\n\r\n" % BODY_BYTES + b"x" * BODY_BYTES)
    await comes_to(lambda: app.ends == [BODY_BYTES])
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_a_body_that_says_it_is_larger_is_refused_before_it_comes(app, client):
    reader, writer = client
    size = b"Content-Length: %d\r\n" % (BODY_BYTES + 1)
    writer.write(POST + size + b"Expect: 100-continue\r\n\r\n")
    head, _, body = (await everything(reader)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["error"]["code"] == "too_large"
    assert app.asked == []


async def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_bound(app, client):
    reader, writer = client
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(2 + BODY_BYTES // 65_536):
        writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()
    assert (await everything(reader)).startswith(b"HTTP/1.1 413 ")
    assert app.ends == ["gone"]


async def test_a_body_that_comes_byte_by_byte_is_let_go(app, client, monkeypatch):
    monkeypatch.setattr(bodies, "PACE_SECONDS", 0.05)
    reader, writer = client
    writer.write(POST + b"Content-Length: 100000\r\n\r\n")
    answer = asyncio.create_task(everything(reader))
    while not answer.done():
        writer.write(b"x")
        await asyncio.sleep(0.002)
    assert (await answer).startswith(b"HTTP/1.1 408 ")
    assert app.ends == ["gone"]


async def test_a_body_that_keeps_the_pace_has_an_end_all_the_same(app, client, monkeypatch):
    monkeypatch.setattr(bodies, "PACE_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    reader, writer = client
    writer.write(POST + b"Content-Length: 1000000\r\n\r\n")
    answer = asyncio.create_task(everything(reader))
    sent = 0
    while not answer.done():
        writer.write(b"x" * 1_000)
        sent += 1_000
        await asyncio.sleep(0.005)
    assert (await answer).startswith(b"HTTP/1.1 408 ")
    assert sent > 4 * bodies.PACE_BYTES


async def test_a_body_in_time_leaves_no_clock_behind(app, client, monkeypatch):
    monkeypatch.setattr(bodies, "PACE_SECONDS", 0.05)
    reader, writer = client
    app.may_answer.clear()
    writer.write(POST + b"Content-Length: 3\r\n\r\nabc")
    await asyncio.sleep(0.15)  # three times as long as a slow body has
    app.may_answer.set()
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_who_stays_after_a_refusal_is_let_go(server, client, monkeypatch):
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.05)
    reader, writer = client
    writer.write(POST + b"Content-Length: 9999999\r\n\r\n")
    assert (await everything(reader)).startswith(b"HTTP/1.1 413 ")
    writer.write(b"x" * 1_000)
    await comes_to(lambda: not server.server_state.connections)


async def test_requests_before_their_turn_are_not_read(app, server, client):
    """Kept, ten thousand of them would take more memory than a thousand sockets."""
    reader, writer = client
    app.may_answer.clear()
    writer.write(GET)
    await comes_to(lambda: app.asked == ["/"])
    writer.write(GET * 1_000)
    (connection,) = server.server_state.connections
    await comes_to(lambda: connection._is_deaf)
    app.may_answer.set()
    answer = await everything(reader)
    assert answer.count(b"HTTP/1.1 200 ") == answer.count(b"HTTP/1.1") == 1
    assert app.asked == ["/"]


async def test_a_second_request_in_the_same_packet_is_not_answered(app, client):
    reader, writer = client
    writer.write(GET + GET)
    assert (await everything(reader)).count(b"HTTP/1.1 200 ") == 1
    assert app.asked == ["/"]


async def test_one_connection_serves_many_requests_each_in_its_turn(app, client):
    reader, writer = client
    for _ in range(3):
        writer.write(POST + b"Content-Length: 3\r\n\r\nabc")
        async with asyncio.timeout(5):
            await reader.readuntil(b"0\r\n\r\n")
    assert app.ends == [3, 3, 3]


async def test_a_handshake_behind_a_request_does_not_take_its_answer(app, client):
    reader, writer = client
    app.may_answer.clear()
    upgrade = (
        b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    writer.write(GET)
    await comes_to(lambda: app.asked == ["/"])
    writer.write(upgrade)
    await asyncio.sleep(0)
    app.may_answer.set()
    answer = await everything(reader)
    assert b" 101 " not in answer
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_an_answer_that_nobody_reads_is_given_up(app, server, monkeypatch):
    monkeypatch.setattr(bodies, "UNREAD_SECONDS", 0.1)
    app.answer = b"x" * 20_000_000  # more than both kernels' buffers hold
    _, writer = await asyncio.open_connection("127.0.0.1", server.config.port, limit=1_024)
    writer.write(GET)
    await comes_to(lambda: app.asked == ["/"])
    await comes_to(lambda: not server.server_state.connections)
    await comes_to(lambda: len(app.ends) == 1)  # the application is not left waiting
    writer.close()


async def test_who_reads_something_between_two_looks_is_not_let_go(app, server):
    app.answer = b"x" * 20_000_000
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port, limit=1_024)
    writer.write(GET)
    await comes_to(lambda: any(one._unread_timer for one in server.server_state.connections))
    (connection,) = server.server_state.connections
    connection._unread = connection.transport.get_write_buffer_size() + 1  # at the last look
    connection._look_at_reader()
    assert not connection.transport.is_closing()
    async with asyncio.timeout(20):
        assert len(await reader.readuntil(b"\r\n\r\n")) > 0
        came = 0
        while came < 20_000_000:
            came += len(await reader.read(1_000_000))
    connection._look_at_reader()
    connection._look_at_reader()
    assert connection.transport.is_closing()
    writer.close()


async def test_a_socket_is_bounded_elsewhere(server, monkeypatch):
    monkeypatch.setattr(bodies, "PACE_SECONDS", 0.05)
    async with connect(f"ws://127.0.0.1:{server.config.port}/ws/") as socket:
        async with asyncio.timeout(5):
            await socket.wait_closed()  # by its application, whose word comes through
    assert socket.close_code is not None


async def test_all_bodies_together_have_a_bound(app, server, monkeypatch):
    monkeypatch.setattr(bodies, "ALL_BODIES_BYTES", 250_000)
    writers = []
    for _ in range(2):
        _reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
        writer.write(POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 100_000)
        writers.append(writer)
    await comes_to(lambda: BoundedProtocol.held == 200_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    writer.write(POST + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000)
    answer = await everything(reader)
    assert answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1\r\n" in answer
    for one in [*writers, writer]:
        one.close()
    await comes_to(lambda: BoundedProtocol.held == 0)


async def test_a_body_that_was_answered_is_held_no_more(client):
    reader, writer = client
    for _ in range(3):
        writer.write(POST + b"Content-Length: 3\r\n\r\nabc")
        async with asyncio.timeout(5):
            await reader.readuntil(b"0\r\n\r\n")
        assert BoundedProtocol.held == 0


async def test_headers_behind_a_body_are_passed_over(app, server, monkeypatch):
    kept = []
    begin = BoundedProtocol.on_message_complete
    monkeypatch.setattr(
        BoundedProtocol,
        "on_message_complete",
        lambda self: kept.append(len(self.headers)) or begin(self),
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    writer.write(b"X-A: b\r\n" * 1_000 + b"\r\n")
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    assert (kept, app.ends) == ([2], [1])
    writer.close()


async def test_a_handshake_with_a_body_holds_nothing(client):
    reader, writer = client
    writer.write(
        b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Content-Length: 1000\r\n\r\n" + b"x" * 1_000
    )
    async with asyncio.timeout(5):
        await reader.readline()
    assert BoundedProtocol.held == 0

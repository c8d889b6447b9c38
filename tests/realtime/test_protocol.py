"""The socket protocol on a real server: handshakes, closes, and applications that know no owner."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime.direct import EXTENSION
from tests.realtime.test_wire import sent
from tests.serving import serving

HANDSHAKE = (
    b"GET /ws/?a=b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def echo(scope, receive, send):
    """A plain ASGI application."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": (scope["subprotocols"] or [None])[0]})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "close":
            await send({"type": "websocket.close", "code": 4000, "reason": "asked"})
        else:
            await send({**message, "type": "websocket.send"})
    echo.disconnects.append(message["code"])


class Owned:
    """An application that returns after the handshake and takes messages by callback."""

    def __init__(self):
        self.taken, self.left, self.code = [], asyncio.Event(), 0

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].adopt(self)

    async def take(self, message):
        await asyncio.sleep(0)
        self.taken.append(message["text"])

    def leave(self, code):
        assert not self.left.is_set()
        self.code = code
        self.left.set()


async def turned_back(scope, receive, send):
    """One that answers the handshake with 503."""
    await receive()
    headers = [(b"retry-after", b"7")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"later"})


@pytest.fixture
async def serve():
    """Serves an application; gives its port."""
    async with AsyncExitStack() as running:

        async def start(application):
            server = await running.enter_async_context(serving(application, ws_max_size=1000))
            return server.config.port

        echo.disconnects = []
        yield start


async def answer(port, request):
    """The first bytes that answer a request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
    return head, reader, writer


async def test_an_application_that_knows_nothing_of_owners_is_served(serve):
    port = await serve(echo)
    async with connect(f"ws://127.0.0.1:{port}/", subprotocols=["a", "b"]) as client:
        assert client.subprotocol == "a"
        await client.send("日本")
        assert await client.recv() == "日本"
        await client.send(b"\x00\xff")
        assert await client.recv() == b"\x00\xff"
        await client.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "asked")
    assert echo.disconnects == [4000]


async def test_an_owner_gets_messages_in_order_and_the_end_once(serve):
    owned = Owned()
    port = await serve(owned)
    async with connect(f"ws://127.0.0.1:{port}/") as client:
        for number in range(50):
            await client.send(str(number))
        await (await client.ping())
    async with asyncio.timeout(10):
        await owned.left.wait()
    assert owned.taken == [str(number) for number in range(50)]
    assert owned.code == 1000


async def test_a_handshake_that_is_none_is_refused(serve):
    port = await serve(echo)
    head, *_ = await answer(port, HANDSHAKE.replace(b"Version: 13", b"Version: 8"))
    assert head.startswith(b"HTTP/1.1 426 ") and b"sec-websocket-version: 13" in head
    head, *_ = await answer(port, HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"x"))
    assert head.startswith(b"HTTP/1.1 400 ")


async def test_an_application_may_answer_the_handshake_by_http(serve):
    port = await serve(turned_back)
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{port}/")
    response = refused.value.response
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert response.body == b"later"


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (sent(1, b"\xff"), 1007),
        (sent(1, b"x", masked=False), 1002),
        (sent(2, b"x" * 1001), 1009),
        (sent(8, b"\x03"), 1002),
        (sent(8, (4321).to_bytes(2)), 4321),
    ],
)
async def test_a_client_that_breaks_the_protocol_or_closes_is_told_the_code(serve, stream, code):
    port = await serve(echo)
    _head, reader, writer = await answer(port, HANDSHAKE)
    writer.write(stream)
    async with asyncio.timeout(10):
        rest = await reader.read()
    assert rest[0] == 0x88
    assert int.from_bytes(rest[2:4]) == code
    writer.close()


async def test_a_ping_is_answered_with_its_own_words(serve):
    port = await serve(echo)
    _head, reader, writer = await answer(port, HANDSHAKE)
    writer.write(sent(9, b"there?"))
    async with asyncio.timeout(10):
        assert await reader.readexactly(8) == b"\x8a\x06there?"
    writer.close()

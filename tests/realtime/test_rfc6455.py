"""RFC 6455 at the real server, frame by frame: what a client may send, and what ends its socket.

Bytes in, bytes out; a case is what is sent after the handshake and what comes back. Numbers of
sections are the RFC's.
"""

import asyncio
import contextlib

import pytest

from realtime import protocol
from realtime.wire import frame as answer
from tests.serving import serving

MAX_SIZE = 70_000
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MASK = b"\x0b\xad\xca\xfe"
GREETING = "κόσμε 日本 𝄞"
HANDSHAKE = {
    "Host": "x",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def head(method="GET", version="HTTP/1.1", /, **changes):
    """A handshake; None takes a header out, and _ in a name stands for -."""
    named = HANDSHAKE | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"{method} / {version}", *lines, "", ""]).encode()


def masked(payload):
    return MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def sent(opcode, payload=b"", *, fin=True, reserved=0, width=None):
    """A client's frame; ``width`` is of the length: 0, 2 or 8 bytes, else the shortest."""
    size = len(payload)
    width = (0 if size < 126 else 2 if size < 65_536 else 8) if width is None else width
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    second = 0x80 | {0: size, 2: 126, 8: 127}[width]
    return bytes((first, second)) + (size.to_bytes(width) if width else b"") + masked(payload)


def closing(code, reason=b""):
    return code.to_bytes(2) + reason


async def echo(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


@pytest.fixture(scope="module")
async def server():
    async with serving(echo, ws_max_size=MAX_SIZE) as server:
        yield server


@pytest.fixture
def port(server):
    return server.config.port


async def exchange(port, pieces, *, until=None):
    """Send the pieces one by one after a handshake; all that comes back until the end.

    Where an answer is to come first (``until``), the client's close is sent behind it.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        writer.write(head())
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        came = b""
        if until is not None:
            came = await reader.readexactly(len(until))
            writer.write(BYE)
        came += await reader.read()
    writer.close()
    return came


#: What ends a case that is not to be ended by the server.
BYE = sent(CLOSE, closing(1000))
BYE_BACK = answer(CLOSE, closing(1000))

MESSAGES = {
    "a text (5.6)": ([sent(TEXT, b"hello")], answer(TEXT, b"hello")),
    "bytes (5.6)": ([sent(BINARY, bytes(range(256)))], answer(BINARY, bytes(range(256)))),
    "nothing (5.2)": ([sent(TEXT)], answer(TEXT, b"")),
    **{
        f"{size} bytes, their length in {width or 'no more'} bytes (5.2)": (
            [sent(BINARY, b"x" * size, width=width)],
            answer(BINARY, b"x" * size),
        )
        for size, width in (
            (125, 0),
            (126, 2),
            (127, 2),
            (65_535, 2),
            (65_536, 8),
            (MAX_SIZE, 8),
            # Longer than need be: a sender must not, and a reader need not mind.
            (5, 2),
            (5, 8),
        )
    },
    "three in one packet": (
        [sent(TEXT, b"a") + sent(TEXT, b"b") + sent(TEXT, b"c")],
        answer(TEXT, b"a") + answer(TEXT, b"b") + answer(TEXT, b"c"),
    ),
    "byte by byte": ([bytes((byte,)) for byte in sent(TEXT, b"slow")], answer(TEXT, b"slow")),
    "two fragments (5.4)": (
        [sent(TEXT, b"he", fin=False), sent(0, b"llo")],
        answer(TEXT, b"hello"),
    ),
    "fragments with nothing in them (5.4)": (
        [sent(BINARY, fin=False), sent(0, fin=False), sent(0, b"x", fin=False), sent(0)],
        answer(BINARY, b"x"),
    ),
    "a ping between fragments (5.4)": (
        [sent(TEXT, b"he", fin=False), sent(PING, b"?"), sent(0, b"llo")],
        answer(PONG, b"?") + answer(TEXT, b"hello"),
    ),
    "a ping of nothing (5.5.2)": ([sent(PING)], answer(PONG, b"")),
    "the longest ping (5.5.2)": ([sent(PING, b"p" * 125)], answer(PONG, b"p" * 125)),
    "a pong that nobody asked for (5.5.3)": ([sent(PONG, b"!")], b""),
    **{
        f"UTF-8 cut after byte {at} (8.1)": (
            [
                sent(TEXT, GREETING.encode()[:at], fin=False),
                sent(0, GREETING.encode()[at:]),
            ],
            answer(TEXT, GREETING.encode()),
        )
        for at in range(len(GREETING.encode()) + 1)
    },
}


@pytest.mark.parametrize("case", MESSAGES)
async def test_what_may_be_sent_is_taken(port, case):
    pieces, expected = MESSAGES[case]
    assert await exchange(port, pieces, until=expected) == expected + BYE_BACK


VIOLATIONS = {
    **{
        f"reserved bit {4 - bit} (5.2)": ([sent(TEXT, b"x", reserved=1 << bit - 1)], 1002)
        for bit in (1, 2, 3)
    },
    **{
        f"opcode {opcode} (5.2)": ([sent(opcode)], 1002)
        for opcode in (*range(3, 8), *range(11, 16))
    },
    "a text without a mask (5.1)": ([answer(TEXT, b"x")], 1002),
    "a ping without a mask (5.1)": ([answer(PING, b"x")], 1002),
    "a close without a mask (5.1)": ([answer(CLOSE, closing(1000))], 1002),
    "a ping of 126 bytes (5.5)": ([sent(PING, b"p" * 126)], 1002),
    "a ping in fragments (5.5)": ([sent(PING, b"p", fin=False)], 1002),
    "a close in fragments (5.5)": ([sent(CLOSE, closing(1000), fin=False)], 1002),
    "a close of 126 bytes (5.5)": ([sent(CLOSE, closing(1000, b"r" * 124))], 1002),
    "a continuation of nothing (5.4)": ([sent(0, b"x")], 1002),
    "a message within a message (5.4)": (
        [sent(TEXT, b"a", fin=False), sent(TEXT, b"b")],
        1002,
    ),
    "half a close code (5.5.1)": ([sent(CLOSE, b"\x03")], 1002),
    **{
        f"close code {code} (7.4)": ([sent(CLOSE, closing(code))], 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
    "a reason that is not UTF-8 (5.5.1)": ([sent(CLOSE, closing(1000, b"\xff"))], 1007),
    **{
        f"a text with {name} (8.1)": ([sent(TEXT, b"ok " + text)], 1007)
        for name, text in {
            "a byte that never stands in UTF-8": b"\xff",
            "a continuation alone": b"\x80",
            "a longer form than need be": b"\xc0\xaf",
            "half of a pair of surrogates": b"\xed\xa0\x80",
            "a number above the last": b"\xf4\x90\x80\x80",
            "an end within a character": b"\xe6\x97",
        }.items()
    },
    "a second fragment that is not UTF-8 (8.1)": (
        [sent(TEXT, b"ok", fin=False), sent(0, b"\xe6\x97")],
        1007,
    ),
    "a message over the limit (7.4.1)": ([sent(BINARY, b"x" * (MAX_SIZE + 1))], 1009),
    "fragments over the limit (7.4.1)": (
        [sent(BINARY, b"x" * MAX_SIZE, fin=False), sent(0, b"x")],
        1009,
    ),
    "a length with the highest bit (5.2)": ([b"\x82\xff\x80" + bytes(7) + MASK], 1009),
}


@pytest.mark.parametrize("case", VIOLATIONS)
async def test_what_may_not_be_sent_ends_the_socket(port, case):
    pieces, code = VIOLATIONS[case]
    # What comes behind it is not looked at any more.
    came = await exchange(port, [*pieces, sent(TEXT, b"behind")])
    assert came[0] == 0x80 | CLOSE
    assert int.from_bytes(came[2:4]) == code
    assert len(came) == 2 + came[1]


async def test_who_stays_after_that_is_let_go(server, monkeypatch):
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    async with asyncio.timeout(5):
        writer.write(head())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent(TEXT, b"heard") + sent(3))
        await reader.read()
        assert len(server.server_state.connections) == 1
        writer.write(sent(TEXT, b"not heard any more"))
        while server.server_state.connections:
            await asyncio.sleep(0.005)
    writer.close()


@pytest.mark.parametrize(
    "code",
    [*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4999],
)
async def test_a_close_is_answered_by_its_own_code(port, code):
    came = await exchange(port, [sent(CLOSE, closing(code, b"r" * 123)), sent(TEXT, b"behind")])
    assert came == answer(CLOSE, closing(code))


async def test_a_close_of_nothing_is_answered_by_nothing(port):
    assert await exchange(port, [sent(CLOSE)]) == answer(CLOSE, b"")


HANDSHAKES = {
    "as the RFC has it (1.3)": (head(), 101),
    "in other letters (4.2.1)": (head(Upgrade="WebSocket", Connection="uPGRADE"), 101),
    "to be kept alive too (4.2.1)": (head(Connection="keep-alive, Upgrade"), 101),
    "with names in other letters": (head().replace(b"Sec-WebSocket-", b"SEC-websocket-"), 101),
    "without a key (4.2.1)": (head(Sec_WebSocket_Key=None), 400),
    "with a short key (4.2.1)": (head(Sec_WebSocket_Key="c2hvcnQ="), 400),
    "with a key that is no base64 (4.2.1)": (head(Sec_WebSocket_Key="?" * 24), 400),
    "by another method (4.1)": (head("POST", Content_Length="0"), 400),
    "of another version (4.4)": (head(Sec_WebSocket_Version="8"), 426),
    "of no version (4.4)": (head(Sec_WebSocket_Version=None), 426),
}


@pytest.mark.parametrize("case", HANDSHAKES)
async def test_a_handshake(port, case):
    request, status = HANDSHAKES[case]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        writer.write(request)
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
    writer.close()
    assert said.startswith(b"http/1.1 %d " % status)
    if status == 101:
        assert b"\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n" in said
    if status == 426:
        assert b"\r\nsec-websocket-version: 13\r\n" in said

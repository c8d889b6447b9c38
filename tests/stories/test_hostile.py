"""Strangers who want to bring a server down, or to be taken for somebody else: raw bytes at it."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from tests.clients import Api, Live
from tests.conftest import StartSite
from tests.servers import Site, wait_until

HOST = b"Host: 127.0.0.1\r\n"
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
POST = b"POST /api/auth/token HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
SECOND = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
#: What two servers behind each other may read differently: where a request ends, or whose it is.
SMUGGLED = {
    "a length and chunks": POST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length below nought": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length without an end": POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n{}",
    "chunks that are none": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks not at the end": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a blank before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a chunk without an end": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "a line that goes on": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c: d\r\n\r\n",
    "lines without returns": b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "two hosts": b"GET /login/ HTTP/1.1\r\nHost: evil.example\r\n" + HOST + b"\r\n",
    "another host": b"GET /login/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "HTTP/2 by its own word": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.fixture
def site(live_site: Site) -> Site:
    return live_site


async def ask(site: Site, data: bytes) -> bytes:
    """All that comes back, until the server ends the connection or has nothing more to say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(data)
    answer = b""
    try:
        async with asyncio.timeout(10):
            while b"\r\n\r\n" not in answer:
                piece = await reader.read(65_536)
                if not piece:
                    break
                answer += piece
    finally:
        writer.close()
    return answer


@pytest.mark.parametrize("case", SMUGGLED)
async def test_a_request_that_can_be_read_in_two_ways_is_not_read(site: Site, case: str) -> None:
    answer = await ask(site, SMUGGLED[case] + SECOND)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_no_compression_is_spoken_of(site: Site) -> None:
    """A bomb of frames needs permessage-deflate, one of bodies a server that unpacks them."""
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    answer = await ask(site, b"GET /ws/ HTTP/1.1\r\n" + HOST + UPGRADE + offer + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"extensions" not in answer.lower()
    reader = await Api.register(site.url)
    packed = b"\x1f\x8b\x08\x00" + bytes(60)
    status, said = await reader.call("POST", "/api/posts", packed, {"Content-Encoding": "gzip"})
    assert (status, said["error"]["code"]) == (400, "invalid")


async def test_what_a_stranger_does_is_told_in_a_line(start_site: StartSite) -> None:
    site = start_site()
    await ask(site, b"GET /api/posts HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    await ask(site, b"GET /tags/" + b"a" * 40_000 + b"/ HTTP/1.1\r\n" + HOST + b"\r\n")
    for kind in ("DisallowedHost", "DisallowedRedirect"):
        wait_until(lambda kind=kind: f"django.security.{kind}" in site.log(), seconds=5, what=kind)
    assert "Traceback" not in site.log()


async def test_three_hundred_requests_at_once_are_answered_and_no_socket_waits_for_them(
    site: Site,
) -> None:
    reader, other = await Api.register(site.url), await Api.register(site.url)
    live = await Live.open(site.ws_url, other.token)
    bearer = b"Authorization: Bearer " + reader.token.encode() + b"\r\nConnection: close\r\n"
    request = b"GET /api/posts HTTP/1.1\r\n" + HOST + bearer + b"\r\n"
    asking = [asyncio.create_task(ask(site, request)) for _ in range(300)]
    most = beats = 0
    while not all(one.done() for one in asking):
        assert (await live.command("heartbeat"))["type"] == "heartbeat"
        beats += 1
        most = max(most, threads(site))
        await asyncio.sleep(0.05)
    assert {(await one)[:13] for one in asking} == {b"HTTP/1.1 200 "}
    # 16 for requests, 4 for the log, and a few of the process's own.
    assert most < 60
    assert beats > 5
    await live.close()


def threads(site: Site) -> int:
    assert site.process is not None
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    return int(re.findall(r"Threads:\s+(\d+)", status)[0])


def descriptors(site: Site) -> int:
    assert site.process is not None
    return len(os.listdir(f"/proc/{site.process.pid}/fd"))


async def test_of_many_who_come_and_go_nothing_is_left(start_site: StartSite) -> None:
    site = start_site(LOG_LEVEL="WARNING")
    reader = await Api.register(site.url)
    before = descriptors(site)
    bearer = b"Authorization: Bearer " + reader.token.encode() + b"\r\n"
    greeting = b"GET /ws/ HTTP/1.1\r\n" + HOST + bearer + UPGRADE + b"\r\n"
    # Nothing, the beginning of something, and all of it: each goes without a word.
    for round_ in range(12):
        writers = []
        for number in range(100):
            _reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write((b"", b"GET / HT", greeting, SECOND, b"\x16\x03\x01")[number % 5])
            writers.append(writer)
        for writer in writers:
            writer.close() if round_ % 2 else writer.transport.abort()
        await asyncio.sleep(0)  # it is the loop that closes them
    # Those that the database's threads keep are no more than there were threads.
    wait_until(lambda: descriptors(site) <= before + 8, seconds=15, what="all are let go")
    assert "Traceback" not in site.log()
    assert (await reader.get("/api/users/me"))["id"] == reader.id


async def test_a_socket_whose_client_is_there_no_more_is_gone_soon(start_site: StartSite) -> None:
    """Half open: no end comes from the other side, only silence. 25, 20 and 5 s in production."""
    site = start_site(REALTIME_PING_INTERVAL="0.5", REALTIME_PING_TIMEOUT="0.5")
    reader = await Api.register(site.url)
    _reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    bearer = b"Authorization: Bearer " + reader.token.encode() + b"\r\n"
    writer.transport.pause_reading()
    writer.write(b"GET /ws/ HTTP/1.1\r\n" + HOST + bearer + UPGRADE + b"\r\n")
    before = descriptors(site)
    wait_until(lambda: "websocket closed: /ws/ 4205" in site.log(), seconds=12, what="it is gone")
    wait_until(lambda: descriptors(site) <= before, seconds=12, what="its descriptor too")
    writer.close()

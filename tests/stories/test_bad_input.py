"""Whatever is sent, the socket answers with an error of the protocol and goes on."""

import asyncio
import http.client
import json
from collections.abc import Iterable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.clients import Api, Live
from tests.conftest import StartSite
from tests.servers import Site

BAD = {
    "malformed JSON": ("{", "invalid_json"),
    "a binary frame": (b"\x00\xff", "invalid_frame"),
    "an unknown type": ('{"type":"nothing"}', "unknown_type"),
    "an event": ('{"type":"post:created","payload":{}}', "server_only"),
    "a payload of the wrong type": ('{"type":"room:join","payload":[1]}', "invalid_frame"),
    "10,000 levels": (
        '{"type":"x","payload":' + "[" * 10_000 + "]" * 10_000 + "}",
        "invalid_frame",
    ),
    "a lone surrogate": ('{"type":"room:join","payload":{"room":"\\ud800"}}', "invalid_json"),
    "NUL in a room": ('{"type":"room:join","payload":{"room":"post:\\u0000"}}', "unknown_room"),
    "an id that is no UUID": ('{"type":"room:join","payload":{"room":"post:7"}}', "unknown_room"),
    "an unreadable cursor": ('{"type":"sync:request","payload":{"cursor":"7"}}', "invalid_frame"),
}


@pytest.fixture(params=["serve", "runserver"])
def site(request: pytest.FixtureRequest, start_site: StartSite) -> Site:
    return start_site(server=request.param)


async def test_bad_frames_are_answered_and_the_socket_goes_on(site: Site) -> None:
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    for name, (frame, code) in BAD.items():
        await live.socket.send(frame)
        assert (await live.next())["payload"]["code"] == code, name
    post = await reader.post("/api/posts", {"body": "still here"})
    assert (await live.event())["payload"]["post"] == {
        key: value for key, value in post.items() if key != "isLiked"
    }
    await live.close()


async def test_the_close_code_is_the_one_that_was_said(site: Site) -> None:
    headers = {"Authorization": "Bearer nobody's"}
    async with connect(f"{site.ws_url}/ws/", additional_headers=headers) as socket:
        bye = json.loads(await socket.recv())["payload"]
        await socket.wait_closed()
        assert (bye["code"], socket.close_code) == (4001, 4001)


async def test_a_body_in_chunks_is_a_body(site: Site) -> None:
    author = await Api.register(site.url)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    headers = {"Authorization": f"Bearer {author.token}", "Content-Type": "application/json"}

    def send(body: Iterable[bytes]) -> tuple[int, Any]:
        connection.request("POST", "/api/posts", body, headers, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    status, post = await asyncio.to_thread(send, iter([b'{"body": ', b'"in two"}']))
    assert (status, post["body"]) == (201, "in two")
    status, answer = await asyncio.to_thread(send, iter([b'{"body": "', b"x" * 262_144, b'"}']))
    assert (status, answer["error"]["code"]) == (413, "too_large")
    connection.close()


async def test_two_hundred_rooms_may_come_with_the_handshake(start_site: StartSite) -> None:
    site = start_site()
    reader = await Api.register(site.url)
    rooms = ",".join(f"hashtag:a{number:036}" for number in range(200))
    live = await Live.open(site.ws_url, reader.token, f"/ws/?rooms={rooms}")
    assert len(live.welcome["payload"]["rooms"]) > 200
    await live.close()


@pytest.mark.parametrize(
    ("request_line", "size", "status"),
    [
        ("GET /ws/", 65_536, 431),
        ("GET /ws/", 1_000_000, 431),
        ("GET /", 1_000_000, 431),
        ("POST /ws/", 10, 400),
    ],
)
async def test_a_handshake_that_is_none_is_answered_and_let_go(
    start_site: StartSite, request_line: str, size: int, status: int
) -> None:
    site = start_site()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        f"{request_line} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nX-Long: {'x' * size}\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.readline(), 10)
    assert int(answer.split()[1]) == status
    writer.close()


async def test_a_head_that_never_ends_is_let_go(start_site: StartSite) -> None:
    site = start_site()
    for head in (b"", b"GET / HTTP/1.1\r\nX-Slow: "):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(head)
        assert await asyncio.wait_for(reader.read(), 15) == b""
        writer.close()


async def test_a_followers_only_post_does_not_exist_for_a_stranger(site: Site) -> None:
    author, stranger = await Api.register(site.url), await Api.register(site.url)
    live = await Live.open(site.ws_url, stranger.token)
    body = {"body": "for my followers", "visibility": "followers"}
    post = await author.post("/api/posts", body)
    assert (await stranger.call("GET", f"/api/posts/{post['id']}"))[0] == 404
    answer = await live.command("room:join", {"room": f"post:{post['id']}"})
    assert answer["payload"]["code"] == "unknown_room"
    await author.post("/api/posts", {"body": "for everybody"})
    assert (await live.event())["payload"]["post"]["body"] == "for everybody"
    await live.close()


@pytest.mark.parametrize(
    ("server", "code"),
    # daphne cannot send 1009.
    [("serve", 1009), ("runserver", 4000)],
)
async def test_a_frame_of_70_kib_closes_with_1009_and_one_of_64_is_taken(
    start_site: StartSite, server: str, code: int
) -> None:
    site = start_site(server=server)
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    frame = json.dumps({"type": "heartbeat", "id": "1", "payload": {}})
    await live.socket.send(frame.ljust(65_536))
    assert (await live.next())["type"] == "heartbeat"
    await live.socket.send(frame.ljust(70 * 1024))
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await live.next()
    assert closed.value.rcvd.code == code

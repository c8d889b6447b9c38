"""Server-Sent Events: the same frames, resumed by the browser's own Last-Event-ID."""

import asyncio
import json

import pytest
from django.test import AsyncRequestFactory

from realtime import sse
from realtime.cursor import Cursor
from realtime.events import Close, Exit
from realtime.sse import stream
from tests.realtime.conftest import ON_DATABASE, changed, said
from tests.realtime.test_poll import ask

pytestmark = ON_DATABASE


class Reader:
    """A browser's EventSource, roughly: events with data, and the last id."""

    def __init__(self, response):
        self._response = response
        self._pieces = aiter(response.streaming_content)
        self._lines = []
        self.last_id = None

    async def next(self, seconds=5):
        """The next event with data, as its name and data; raises StopAsyncIteration."""
        name, data = None, None
        async with asyncio.timeout(seconds):
            while True:
                while self._lines:
                    field, _, value = self._lines.pop(0).partition(": ")
                    if field == "id":
                        self.last_id = value
                    elif field == "event":
                        name = value
                    elif field == "data":
                        data = json.loads(value)
                    elif not field and data is not None:
                        return name, data
                piece = (await anext(self._pieces)).decode()
                self._lines += piece.split("\n")[:-1]

    async def texts(self, count):
        return [(await self.next())[1]["payload"]["text"] for _ in range(count)]

    async def close(self):
        """Go away, as Django sees it."""
        await self._pieces.aclose()
        await asyncio.to_thread(self._response.close)


async def request(token="ann", headers=None, **query):
    headers = {"Authorization": f"Bearer {token}", **(headers or {})}
    return await stream(AsyncRequestFactory().get("/api/realtime/stream", query, headers=headers))


@pytest.fixture
async def open_stream(hub):
    """Opens streams: ``reader = await open_stream("ann", lastEventId=…)``."""
    readers = []

    async def open_one(token="ann", headers=None, **query):
        response = await request(token, headers, **query)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/event-stream"
        reader = Reader(response)
        readers.append(reader)
        return reader

    yield open_one
    for reader in readers:
        await reader.close()


async def started(reader):
    """Let the stream begin: its first piece is its position alone."""
    reader._lines += (await anext(reader._pieces)).decode().split("\n")[:-1]


async def test_it_sends_the_frames_that_a_socket_gets(open_stream, open_socket):
    reader = await open_stream()
    await started(reader)
    socket, _welcome = await open_socket("bob")
    await said("a")
    frame = await socket.receive()
    assert await reader.next() == ("message", frame)


async def test_it_resumes_from_the_last_id_by_header_before_address(open_stream):
    first = await open_stream()
    await started(first)
    await said("a")
    assert await first.texts(1) == ["a"]
    await first.close()
    await said("b", "c")
    back = await open_stream(headers={"Last-Event-ID": first.last_id}, lastEventId="stale-0")
    assert await back.texts(2) == ["b", "c"]
    await said("d")
    assert await back.texts(1) == ["d"]


async def test_a_stream_that_is_cut_before_its_first_event_can_be_resumed(open_stream):
    first = await open_stream()
    await started(first)
    while first._lines:
        field, _, value = first._lines.pop(0).partition(": ")
        if field == "id":
            first.last_id = value
    await first.close()
    await said("a")
    back = await open_stream(headers={"Last-Event-ID": first.last_id})
    assert await back.texts(1) == ["a"]


async def test_a_position_is_never_ahead_of_what_was_sent(open_stream, hub):
    reader = await open_stream()
    before = str(Cursor(hub.epoch, hub.position))
    await said("before the first byte went out")
    await hub.settle()
    await started(reader)
    assert reader._lines == [f"id: {before}", ""]
    assert await reader.texts(1) == ["before the first byte went out"]


async def test_a_poll_goes_on_where_a_stream_ended(open_stream):
    reader = await open_stream()
    await started(reader)
    await said("a", "b")
    assert await reader.texts(1) == ["a"]
    _name, frame = await reader.next()
    await said("c")
    answer = await ask(lastEventId=frame["cursor"])
    assert [event["payload"]["text"] for event in answer["events"]] == ["c"]


async def test_a_position_that_is_not_served_is_a_reset_event(open_stream):
    await said("a")
    reader = await open_stream(lastEventId="other-7")
    name, data = await reader.next()
    assert (name, data["reset"]) == ("reset", "epoch")
    assert reader.last_id == data["cursor"]
    await said("b")
    assert await reader.texts(1) == ["b"]


async def test_rooms_are_asked_for_and_changes_of_rights_act(open_stream, world):
    world.rooms["ann"] = ["following:bob"]
    reader = await open_stream(rooms="post:1")
    await started(reader)
    await said("a", rooms=("post:1",))
    await changed(Exit(user="ann", room="following:bob", reason="unfollowed"))
    await said("hidden", rooms=("following:bob",))
    await said("b")
    assert await reader.texts(1) == ["a"]
    assert (await reader.next())[1]["type"] == "room:left"
    assert await reader.texts(1) == ["b"]


async def test_it_ends_with_the_identity(open_stream):
    for token, end in (("ann/0.2", None), ("ann", Close(code=4001, login="login-of-ann"))):
        reader = await open_stream(token)
        await started(reader)
        if end is not None:
            await changed(end)
        with pytest.raises(StopAsyncIteration):
            await reader.next()


async def test_a_comment_keeps_it_open(open_stream, monkeypatch):
    monkeypatch.setattr("realtime.sse.COMMENT_SECONDS", 0.05)
    reader = await open_stream()
    await started(reader)
    assert await anext(reader._pieces) == b":\n\n"
    await said("a")
    assert await reader.texts(1) == ["a"]


async def test_who_does_not_read_is_cut_and_can_resume(open_stream, settings):
    settings.REALTIME = {"SLOW_CONSUMER_BYTES": 1000}
    reader = await open_stream()
    await started(reader)
    await said("x" * 600)
    assert await reader.texts(1) == ["x" * 600]
    await said("y" * 600, "z" * 600)
    told = []
    with pytest.raises(StopAsyncIteration):
        while True:
            told += await reader.texts(1)
    back = await open_stream(headers={"Last-Event-ID": reader.last_id})
    assert told + await back.texts(2 - len(told)) == ["y" * 600, "z" * 600]


@pytest.mark.parametrize(
    ("token", "query", "status", "code"),
    [
        ("bad", {}, 401, "unauthenticated"),
        ("old", {}, 401, "unauthenticated"),
        ("ann", {"rooms": "post:secret"}, 403, "forbidden"),
        ("ann", {"rooms": "nothing:1"}, 403, "forbidden"),
        ("ann", {"lastEventId": "x"}, 400, "invalid"),
    ],
)
async def test_what_it_refuses_it_says_before_it_begins(hub, token, query, status, code):
    response = await request(token, **query)
    assert (response.status_code, json.loads(response.content)["error"]["code"]) == (status, code)
    assert hub.readers.connections == set()


async def test_a_stream_that_ended_leaves_nothing_behind(open_stream, hub):
    reader = await open_stream()
    await started(reader)
    assert len(hub.readers.connections) == 1
    await reader.close()
    assert hub.readers.connections == set()


async def test_a_stream_that_resumes_says_where_the_past_ends_and_the_position_there(
    open_stream, hub
):
    first = await open_stream()
    await started(first)
    await said("a")
    await said("not for ann", rooms=("following:bob",))
    back = await open_stream(lastEventId=f"{hub.epoch}-0")
    start, past = [(await anext(back._pieces)).decode() for _ in range(2)]
    assert start == f"id: {hub.epoch}-0\n\n"
    lines = past.split("\n")
    assert lines[-4:] == [": live", f"id: {hub.epoch}-2", "", ""]
    assert lines[2] == f"id: {hub.epoch}-1"
    assert past.count("data: ") == 1


async def test_only_the_last_page_of_the_past_says_that_it_is_the_last(open_stream, hub):
    await said(*(str(number) for number in range(501)))
    reader = await open_stream(lastEventId=f"{hub.epoch}-0")
    _start, first, last = [(await anext(reader._pieces)).decode() for _ in range(3)]
    assert (first.count("data: "), first.count(": live\n")) == (500, 0)
    assert first.endswith(f"\nid: {hub.epoch}-500\n\n")
    assert (last.count("data: "), last.count(": live\n")) == (1, 1)


async def test_a_stream_whose_client_goes_before_its_answer_is_let_go(hub, monkeypatch):
    """Cancelled between the view and the server, where nobody closes the answer."""
    monkeypatch.setattr(sse, "BEGIN_SECONDS", 0.05)
    assert (await request()).status_code == 200
    assert (len(hub.admission), len(hub.readers.connections)) == (3, 1)
    async with asyncio.timeout(5):
        while len(hub.admission) or hub.readers.connections:
            await asyncio.sleep(0.005)


async def test_one_whose_client_went_before_it_began_has_not_arrived(hub, monkeypatch):
    """Who arrived and never departs would be online for ever."""
    arrived = []
    monkeypatch.setattr(sse.registry, "arrived", [arrived.append])
    response = await request()
    response.close()
    async with asyncio.timeout(5):
        while hub.readers.connections:
            await asyncio.sleep(0.005)
        assert [piece async for piece in response.streaming_content] == []
    assert arrived == []


async def test_a_stream_that_is_on_its_way_is_not(open_stream, hub, monkeypatch):
    monkeypatch.setattr(sse, "BEGIN_SECONDS", 0.05)
    reader = await open_stream()
    waiting = asyncio.create_task(reader.texts(1))
    await asyncio.sleep(0.15)  # three times as long
    await said("still here")
    assert await waiting == ["still here"]


async def test_a_stream_that_is_not_read_is_given_no_more_than_its_bound(hub, settings):
    settings.REALTIME = {"SLOW_CONSUMER_BYTES": 1_000}
    events = (await request()).streaming_content
    stream_of_it = next(iter(hub.readers.connections)).send.__self__
    for _ in range(20):
        await said("x" * 500)
    await hub.settle()
    assert stream_of_it._ended
    assert stream_of_it._bytes < 3_000
    assert events is not None

"""Polling: the same frames by the same rules, a page at a time."""

import asyncio
import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.test import AsyncRequestFactory

from realtime import streams
from realtime.database import in_database
from realtime.events import Forget
from realtime.models import LogEntry
from realtime.registry import registry
from realtime.replay import from_log
from realtime.testing import running_hub
from realtime.views import poll
from tests.realtime.conftest import ON_DATABASE, changed, said, say, texts

pytestmark = ON_DATABASE


async def ask(token="ann", status=200, **query):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = AsyncRequestFactory().get("/api/realtime/poll", query, headers=headers)
    response = await poll(request)
    body = json.loads(response.content)
    assert response.status_code == status, body
    return body


def told(answer):
    return [event["payload"]["text"] for event in answer["events"]]


@pytest.fixture(params=["with a hub", "without a hub"])
async def anywhere(request, transactional_db, world):
    """In a server process, and in one where nothing follows the log."""
    async with running_hub() if request.param == "with a hub" else nullcontext():
        yield


async def test_it_gives_the_frames_that_a_socket_gets(open_socket):
    socket, welcome = await open_socket("ann")
    await said("a", "b")
    frames = [await socket.receive() for _ in range(2)]
    answer = await ask(lastEventId=welcome["payload"]["cursor"])
    assert answer["events"] == frames
    assert answer["cursor"] == answer["lastEventId"] == frames[-1]["cursor"]
    assert (answer["hasMore"], answer["reset"], answer["unreadCount"]) == (False, None, 0)
    assert answer["timestamp"].endswith("Z")


async def test_it_goes_on_from_its_own_cursor(anywhere):
    await said("a")
    first = await ask()
    assert told(first) == ["a"]
    await said("b")
    assert told(await ask(lastEventId=first["cursor"])) == ["b"]


async def test_a_page_holds_fifty_events_unless_said(anywhere):
    await said(*(str(count) for count in range(60)))
    first = await ask()
    assert (told(first)[-1], first["hasMore"]) == ("49", True)
    second = await ask(lastEventId=first["cursor"], limit=10)
    assert (told(second)[-1], second["hasMore"]) == ("59", False)


async def test_without_a_cursor_it_begins_at_the_time_given_or_thirty_seconds_ago(anywhere):
    await said("old")
    assert told(await ask()) == ["old"]
    moment = datetime.now(UTC) - timedelta(seconds=40)
    await in_database(lambda: LogEntry.objects.update(numbered_at=moment))
    await said("new")
    assert told(await ask()) == ["new"]
    assert told(await ask(timestamp=moment.isoformat())) == ["old", "new"]


async def test_rooms_are_asked_for_beside_ones_own(anywhere, world):
    world.rooms["ann"] = ["following:bob"]
    await said("a", rooms=("post:1",))
    await said("b", rooms=("following:bob",))
    assert told(await ask()) == ["b"]
    assert told(await ask(rooms="post:1,post:2")) == ["a", "b"]


async def test_rights_are_read_at_every_poll(anywhere, world):
    await said("of bob", people=("bob",))
    await said("hidden", subjects=("post:1",))
    await said("a")
    world.parted["ann"] = {"bob"}
    world.hidden.add("1")
    await changed(Forget(subject="post:1"))
    assert told(await ask()) == ["a"]


@pytest.mark.parametrize("rooms", ["post:secret", "nothing:1", "public,post:secret"])
async def test_a_room_that_one_may_not_join_is_403(anywhere, rooms):
    assert (await ask(rooms=rooms, status=403))["error"]["code"] == "forbidden"


@pytest.mark.parametrize("token", [None, "bad", "old"])
async def test_without_an_identity_it_is_401(anywhere, token):
    assert (await ask(token, status=401))["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "x"},
        {"limit": "-1"},
        {"limit": "1.0"},
        {"limit": "٣"},
        {"limit": ""},
        {"limit": "0000000019999999"},
        {"limit": "000000001" + "9" * 5_000},
        {"wait": "26"},
        {"wait": "-1"},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-01-01T00:00:00"},
        {"timestamp": "2026-13-01T00:00:00Z"},
        {"timestamp": "0001-01-01T00:00:00+23:59"},
        {"timestamp": "9999-12-31T23:59:59-23:59"},
        {"rooms": ",".join(f"post:{number}" for number in range(201))},
        {"lastEventId": "7"},
        {"lastEventId": "e-1\x00"},
    ],
)
async def test_a_parameter_out_of_its_range_is_400(anywhere, query):
    error = (await ask(status=400, **query))["error"]
    assert error["code"] == "invalid"
    name = next(iter(query))
    assert name.removeprefix("lastEventId").removesuffix("s") in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "1"},
        {"limit": "500"},
        {"wait": "0"},
        {"rooms": ",".join(f"post:{number}" for number in range(200))},
    ],
)
async def test_a_parameter_at_the_end_of_its_range_is_taken(anywhere, query):
    await ask(**query)


async def test_a_position_of_another_log_is_a_reset(anywhere):
    await said("a")
    answer = await ask(lastEventId="other-1")
    assert (answer["reset"], answer["events"]) == ("epoch", [])
    assert told(await ask(lastEventId=answer["cursor"])) == []


async def test_it_waits_until_there_is_something(anywhere):
    start = (await ask())["cursor"]
    waiting = asyncio.create_task(ask(lastEventId=start, wait=20))
    await asyncio.sleep(0)
    await said("other", rooms=("post:9",))
    await said("a")
    assert told(await asyncio.wait_for(waiting, 5)) == ["a"]


async def test_what_comes_while_the_log_is_read_is_told_in_the_same_answer(
    transactional_db, world, monkeypatch
):
    start = (await ask())["cursor"]
    await said("not for ann", rooms=("post:9",))
    pages = []

    def read_then_say(*args, **kwargs):
        pages.append(from_log(*args, **kwargs))
        if len(pages) == 1:
            say("a")
        return pages[-1]

    monkeypatch.setattr(streams, "from_log", read_then_say)
    assert told(await asyncio.wait_for(ask(lastEventId=start, wait=20), 5)) == ["a"]
    assert not pages[0].events


async def test_it_answers_with_nothing_when_nothing_comes(anywhere):
    start = (await ask())["cursor"]
    answer = await ask(lastEventId=start, wait=1)
    assert (answer["events"], answer["cursor"]) == ([], start)


async def test_a_socket_and_a_poll_may_change_over_in_mid_stream(open_socket):
    socket, _ = await open_socket("ann")
    await said("a", "b", "c")
    frames = [await socket.receive() for _ in range(2)]
    answer = await ask(lastEventId=frames[1]["cursor"])
    assert told(answer) == ["c"]
    other, _ = await open_socket("ann", f"?cursor={answer['cursor']}")
    assert (await other.receive())["payload"]["events"] == []
    await said("d")
    assert await texts(other, 1) == ["d"]


async def test_a_database_that_has_no_time_is_unavailable(anywhere, monkeypatch):
    def busy(tokens):
        raise OperationalError("database is locked")

    monkeypatch.setattr(registry, "by_tokens", busy)
    assert (await ask(status=503))["error"]["code"] == "unavailable"

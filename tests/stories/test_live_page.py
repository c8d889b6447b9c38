"""The live page over two processes with Redis: each tells its own, an errand finds its socket."""

import asyncio
import time

import pytest

from tests.clients import Api, Live

STAFF = """
from accounts.models import User
from django.contrib.auth.models import Group
user = User.objects.get(pk="{user}")
user.is_staff = True
user.save()
user.groups.add(Group.objects.get(name="Operators"))
"""
NO_STAFF = """
from accounts.models import User
user = User.objects.get(pk="{user}")
user.is_staff = False
user.save()
"""
ERRAND = """
from realtime.envelope import Errand
from realtime.staff import errands
errands.send(Errand(node="", what="{what}", ask="q", {by}="{name}"), "shell")
"""


@pytest.fixture
def two(start_site, postgres_server, redis_server):
    url = postgres_server.migrated(f"live_page_{time.time_ns()}")
    first = start_site(database_url=url, redis_url=redis_server.url)
    return first, start_site(database_url=url, redis_url=redis_server.url)


async def nodes(live, seconds):
    """The processes that tell their numbers within this time."""
    found = {}
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            frame = await live.next(left)
        except TimeoutError:
            break
        if frame["type"] == "staff:stats":
            found[frame["payload"]["node"]] = frame["payload"]
    return found


async def test_each_process_tells_its_own_numbers_and_one_that_dies_is_silent(two):
    first, second = two
    staff = await Api.register(first.url, "staff")
    first.shell(STAFF.format(user=staff.id))
    reader = await Api.register(second.url, "reader")
    elsewhere = await Live.open(second.ws_url, reader.token)
    watching = await Live.open(first.ws_url, staff.token)
    assert (await watching.command("room:join", {"room": "staff"}))["type"] == "ack"
    found = await nodes(watching, 4)
    assert len(found) == 2
    assert sorted(one["connections"].get("websocket", 0) for one in found.values()) == [1, 1]
    assert [one["isWatched"] for one in found.values()].count(True) == 1

    # What is asked in a third process reaches the socket in the second one.
    reader_id = reader.id
    await asyncio.to_thread(first.shell, ERRAND.format(what="sockets", by="user", name=reader_id))
    while (frame := await watching.next())["type"] != "staff:sockets" or not frame["payload"][
        "sockets"
    ]:
        pass
    (socket,) = frame["payload"]["sockets"]
    assert socket["id"] == elsewhere.welcome["payload"]["connectionId"]
    await asyncio.to_thread(
        first.shell, ERRAND.format(what="reconnect", by="socket", name=socket["id"])
    )
    while (frame := await elsewhere.next())["type"] != "bye":
        pass
    assert frame["payload"]["code"] == 4200
    assert frame["payload"]["retryAfter"] >= 1

    second.kill()
    await nodes(watching, 1)  # what was under way
    assert len(await nodes(watching, 3)) == 1

    # Taken away in another process: the room is left at once.
    await asyncio.to_thread(first.shell, NO_STAFF.format(user=staff.id))
    while (frame := await watching.next())["type"] != "room:left":
        pass
    assert frame["payload"] == {"room": "staff", "reason": "staff"}
    await watching.close()

"""What staff is told in its room: to whom, from when to when, and at what cost."""

import asyncio

import pytest

from posts.actions import create_post
from realtime import bus
from realtime.database import in_database
from realtime.envelope import Errand, Whisper
from realtime.hub import Hub
from realtime.models import LogEntry
from realtime.staff import errands
from realtime.staff import watch as watch_module
from realtime.transactions import atomic
from tests.live import join

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A second is long for a test that waits for three."""
    monkeypatch.setattr(watch_module, "TICK", 0.05)
    monkeypatch.setattr(watch_module, "PATIENCE", 0.2)


def watching():
    return [task for task in asyncio.all_tasks() if task.get_name() == "staff watch"]


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def take_staff_away(user):
    user.is_staff = False
    await in_database(user.save)


async def test_the_room_is_for_staff_alone(sit, aiko, guest):
    answer = await (await sit(aiko)).command("room:join", {"room": "staff"})
    assert answer["payload"]["code"] == "forbidden"
    await join(await sit(guest), "staff")


async def test_who_becomes_staff_may_join_on_the_socket_that_is_open(sit, aiko):
    socket = await sit(aiko)
    aiko.is_staff = True
    await in_database(aiko.save)
    await join(socket, "staff")


async def test_a_handshake_may_bring_the_room_along_and_is_refused_it_too(sit, aiko, guest):
    assert "staff" in (await sit(guest, "?rooms=staff")).welcome["rooms"]
    refused = await sit(aiko, "?rooms=staff")
    assert "staff" not in refused.welcome["rooms"]
    assert (await refused.receive())["payload"]["code"] == "forbidden"


async def test_numbers_come_to_the_room_and_to_nobody_else(sit, aiko, guest):
    reader, staff = await sit(aiko), await sit(guest)
    await join(staff, "staff")
    told = (await staff.expect("staff:stats"))["payload"]
    assert told["node"] == Hub.running().node
    assert told["isWatched"] is True
    assert told["users"] == 2
    assert ["public", 2] in told["rooms"]
    assert ["staff", 1] in told["rooms"]
    assert told["backlog"] == 0
    assert {"websocket"} <= told["connections"].keys()
    await staff.expect("staff:stats")
    await create_and_see(reader, aiko)


async def create_and_see(reader, author):
    """The reader gets the post and, before it, nothing of staff."""
    await in_database(create_post, author, "hello")
    while (frame := await reader.receive())["type"] != "post:created":
        assert not frame["type"].startswith("staff:"), frame


async def test_nobody_who_watches_costs_nothing(sit, aiko, guest, monkeypatch):
    told = []
    original = Hub.whispered

    def whispered(hub, event, *args, **kwargs):
        if event.type.startswith("staff:"):
            told.append(event.type)
        return original(hub, event, *args, **kwargs)

    monkeypatch.setattr(Hub, "whispered", whispered)
    monkeypatch.setattr(watch_module, "tally", lambda: told.append(1))
    reader = await sit(aiko)
    await create_and_see(reader, aiko)
    assert (told, watching()) == ([], [])
    assert not [one for one in watch_module.registry.delivered if "Watch" in repr(one)]


async def test_the_telling_ends_with_the_last_who_watches(sit, guest):
    staff = await sit(guest)
    await join(staff, "staff")
    await staff.expect("staff:stats")
    assert len(watching()) == 1
    await staff.command("room:leave", {"room": "staff"})
    await until(lambda: not watching())
    await join(staff, "staff")
    await staff.expect("staff:stats")


async def test_a_process_tells_its_numbers_while_another_says_that_somebody_watches(
    sit, aiko, monkeypatch
):
    published = []

    async def publish(parcel):
        published.append(parcel)

    monkeypatch.setattr(bus, "publish", publish)
    await sit(aiko)
    hub = Hub.running()

    def hear(is_watched):
        payload = b'{"node":"other","isWatched":%s}' % (b"true" if is_watched else b"false")
        hub._receive(
            Whisper(node="other", type="staff:stats", payload=payload, rooms=("staff",), ts="")
        )

    # Two processes with nobody at either must not keep each other awake.
    hear(False)
    assert watching() == []
    hear(True)
    await until(lambda: any(getattr(one, "type", "") == "staff:stats" for one in published))
    await until(lambda: not watching())


async def test_who_is_no_longer_staff_leaves_the_room_at_once(sit, guest):
    staff = await sit(guest)
    await join(staff, "staff")
    await take_staff_away(guest)
    left = await staff.expect("room:left")
    assert left["payload"] == {"room": "staff", "reason": "staff"}
    await until(lambda: not watching())
    answer = await staff.command("room:join", {"room": "staff"})
    assert answer["payload"]["code"] == "forbidden"


async def test_a_save_that_takes_nothing_away_writes_nothing(sit, aiko, guest):
    staff = await sit(guest)
    for user in (aiko, guest):
        user.display_name = "Anew"
        await in_database(user.save)
    assert not await in_database(LogEntry.objects.filter(body__contains='"exit"').exists)
    await join(staff, "staff")


async def test_the_log_is_shown_as_it_comes_whatever_the_rooms(sit, aiko, guest):
    staff = await sit(guest)
    await join(staff, "staff")
    post = await in_database(create_post, aiko, "<b>hello</b>", visibility="followers")
    (line,) = (await staff.expect("staff:events"))["payload"]["events"]
    assert line["type"] == "post:created"
    assert f"post:{post.pk}" in line["rooms"]
    assert line["payload"]["post"]["body"] == "<b>hello</b>"
    assert line["seq"] == str(Hub.running().position)


def post_at_once(author, count):
    with atomic():
        for number in range(count):
            create_post(author, f"post {number}")


async def test_a_flood_is_cut_short_and_said_to_be(sit, aiko, guest, monkeypatch):
    monkeypatch.setattr(watch_module, "LINES", 2)
    monkeypatch.setattr(watch_module, "LINES_SECONDS", 1)
    staff = await sit(guest)
    await join(staff, "staff")
    await in_database(post_at_once, aiko, 5)
    told = (await staff.expect("staff:events"))["payload"]
    assert (len(told["events"]), told["skipped"]) == (2, 3)


async def test_the_sockets_of_a_user_are_told_on_request(sit, aiko, guest):
    reader, staff = await sit(aiko), await sit(guest)
    await join(staff, "staff")
    errand = Errand(node="", what="sockets", ask="7", user=str(aiko.pk))
    await errands._send(errand, "here:1")
    told = (await staff.expect("staff:sockets"))["payload"]
    (socket,) = told["sockets"]
    assert (told["ask"], told["name"], told["userId"]) == ("7", "here:1", str(aiko.pk))
    assert socket["id"] == reader.welcome["connectionId"]
    assert socket["transport"] == "websocket"
    assert "public" in socket["rooms"]
    assert socket["unsent"] == 0
    assert socket["since"].endswith("Z")


@pytest.mark.parametrize("by", ["socket", "user", "process"])
async def test_sockets_are_asked_to_reconnect_with_4200_and_a_time_to_spread_over(
    sit, aiko, guest, by
):
    reader, other = await sit(aiko), await sit(guest)
    named = {
        "socket": reader.welcome["connectionId"],
        "user": str(aiko.pk),
        "process": Hub.running().node,
    }
    errand = Errand(node="elsewhere", what="reconnect", **{by: named[by]})
    Hub.running()._receive(errand)  # as the bus brings it
    bye = (await reader.expect("bye"))["payload"]
    assert bye == {"code": 4200, "reason": "draining", "retryAfter": 1.0}
    assert await reader.close_code() == 4200
    if by == "process":
        assert await other.close_code() == 4200
    else:
        assert (await other.command("heartbeat"))["type"] == "heartbeat"

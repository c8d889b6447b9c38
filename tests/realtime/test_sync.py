"""Coming back: all that was missed, in order, once, while new events keep coming."""

import asyncio

import pytest

from realtime import hub as hub_module
from realtime import ring, streams
from realtime.consumers import RealtimeConsumer
from realtime.database import in_database
from realtime.events import Exit, Forget, Meet, Part
from realtime.models import LogEntry, LogHead
from realtime.registry import registry
from realtime.testing import Socket, running_hub
from tests.realtime.conftest import ON_DATABASE, changed, said, say, texts

pytestmark = ON_DATABASE


@pytest.fixture(params=["ring", "log"])
def source(request, monkeypatch):
    """Where pages come from; with a ring of one event they come from the log."""
    if request.param == "log":
        monkeypatch.setattr(ring, "MAX_EVENTS", 1)
    return request.param


def told(page):
    return [event["payload"].get("text") for event in page["payload"]["events"]]


def cursor(welcome, seq):
    return f"{welcome['payload']['cursor'].partition('-')[0]}-{seq}"


async def test_a_page_has_the_frames_as_they_went_live_and_the_position(open_socket, source):
    live, welcome = await open_socket("bob")
    await said("a", "b", rooms=("public", "post:1"))
    frames = [await live.receive() for _ in range(2)]
    socket, _ = await open_socket("ann", f"?cursor={cursor(welcome, 0)}")
    page = await socket.expect("sync:response")
    assert page["payload"] == {
        "events": frames,
        "cursor": cursor(welcome, 2),
        "complete": True,
        "reset": None,
        "unreadCount": 0,
    }


async def test_the_position_given_is_the_one_of_connect_and_pages_follow(open_socket, source):
    _live, welcome = await open_socket("bob")
    await said(*"abc")
    socket, back = await open_socket("ann", f"?cursor={cursor(welcome, 1)}")
    assert back["payload"]["cursor"] == cursor(welcome, 1)
    assert told(await socket.receive()) == ["b", "c"]


async def test_a_thousand_missed_events_come_in_order_and_once_while_new_ones_keep_coming(
    open_socket, source
):
    _live, welcome = await open_socket("bob")
    await in_database(say, *(str(count) for count in range(1000)))
    socket, _ = await open_socket("ann", f"?cursor={cursor(welcome, 0)}")
    await asyncio.gather(*(said(str(count)) for count in range(1000, 1030)))
    seqs, complete = [], False
    while not complete:
        page = (await socket.expect("sync:response"))["payload"]
        seqs += [int(event["seq"]) for event in page["events"]]
        complete = page["complete"]
    while len(seqs) < 1030:
        seqs.append(int((await socket.expect("test:said"))["seq"]))
    assert seqs == list(range(1, 1031))
    await said("last")
    assert await texts(socket, 1) == ["last"]


async def test_a_socket_that_asks_gets_what_it_was_not_sent_alone(open_socket, source):
    await said("old")
    socket, welcome = await open_socket()
    await said("a", "b")
    assert await texts(socket, 2) == ["a", "b"]
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 0)})
    assert told(page) == ["old"]
    assert page["payload"]["complete"] is True
    assert told(await socket.command("sync:request", {"cursor": cursor(welcome, 0)})) == []


async def test_live_events_wait_until_a_sync_over_several_requests_is_complete(open_socket):
    await said(*"abcd")
    socket, welcome = await open_socket()
    first = await socket.command("sync:request", {"cursor": cursor(welcome, 0), "limit": 3})
    assert (told(first), first["payload"]["complete"]) == (["a", "b", "c"], False)
    await said("e")
    beat = await socket.command("heartbeat")
    assert beat["payload"]["cursor"] == cursor(welcome, 4)
    second = await socket.command("sync:request", {"cursor": first["payload"]["cursor"]})
    assert (told(second), second["payload"]["complete"]) == (["d", "e"], True)
    await said("f")
    assert await texts(socket, 1) == ["f"]


async def test_a_sync_of_some_rooms_leaves_the_others_for_afterwards(open_socket):
    await said("old", rooms=("post:1",))
    await said("other", rooms=("post:2",))
    socket, welcome = await open_socket()
    query = {"cursor": cursor(welcome, 0), "rooms": ["post:1"], "limit": 1}
    await said("x", rooms=("post:1",))
    first = await socket.command("sync:request", query)
    assert (told(first), first["payload"]["complete"]) == (["old"], False)
    await said("live")
    second = await socket.command(
        "sync:request", {**query, "cursor": first["payload"]["cursor"], "limit": 9}
    )
    assert (told(second), second["payload"]["complete"]) == (["x"], True)
    assert await texts(socket, 1) == ["live"]


async def test_a_room_that_was_left_is_sent_for_the_time_away(open_socket, source):
    socket, welcome = await open_socket()
    await socket.command("room:join", {"room": "post:1"})
    await said("a", rooms=("post:1",))
    assert await texts(socket, 1) == ["a"]
    await socket.command("room:leave", {"room": "post:1"})
    await said("b", rooms=("post:1",))
    await socket.command("room:join", {"room": "post:1"})
    await said("c", rooms=("post:1",))
    assert await texts(socket, 1) == ["c"]
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 0)})
    assert told(page) == ["b"]


async def test_what_a_block_withheld_comes_after_its_end_if_asked_for(open_socket, source):
    socket, welcome = await open_socket("ann")
    await changed(Part(one="ann", other="bob"))
    await said("withheld", people=("bob",))
    await changed(Meet(one="ann", other="bob"))
    await said("a")
    assert await texts(socket, 1) == ["a"]
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 0)})
    assert told(page) == ["withheld"]


async def test_the_rights_of_now_hold_for_all_that_is_replayed(open_socket, world, source):
    await said("of bob", people=("bob",))
    await said("followers", rooms=("following:bob",))
    await said("gone", subjects=("post:1",))
    await said("kept", subjects=("post:2",))
    await changed(Forget(subject="post:1"))
    world.hidden.add("1")
    world.parted["ann"] = {"bob"}
    socket, welcome = await open_socket("ann")
    assert told(await socket.command("sync:request", {"cursor": cursor(welcome, 0)})) == ["kept"]


async def test_a_right_that_is_lost_while_a_page_is_read_holds(open_socket, world, monkeypatch):
    monkeypatch.setattr(ring, "MAX_EVENTS", 1)
    world.rooms["ann"] = ["following:bob"]
    await said("followers", rooms=("following:bob",))
    await said("of bob", people=("bob",))
    await said("gone", subjects=("post:1",))
    await said("kept")
    socket, welcome = await open_socket("ann")
    original, loop = world.registry().subjects["post"], asyncio.get_running_loop()

    async def lose():
        await changed(
            Exit(user="ann", room="following:bob", reason="unfollowed"),
            Part(one="ann", other="bob"),
            Forget(subject="post:1"),
        )

    def while_lost(user, ids):
        visible = original(user, ids)
        asyncio.run_coroutine_threadsafe(lose(), loop).result(10)
        return visible

    registry.subjects["post"] = while_lost
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 0)})
    assert told(page) == ["kept"]


@pytest.mark.parametrize(
    ("seq", "reason"),
    [("0", "trimmed"), ("1", "trimmed"), ("2", None), ("6", None), ("7", "ahead")],
)
async def test_a_position_that_is_not_served_is_told_so_and_the_socket_goes_on(
    open_socket, monkeypatch, seq, reason
):
    monkeypatch.setattr(ring, "MAX_EVENTS", 1)
    await said(*"abcdef")
    await in_database(lambda: LogHead.objects.update(floor_seq=2))
    socket, welcome = await open_socket()
    page = await socket.command("sync:request", {"cursor": cursor(welcome, seq)})
    assert page["payload"]["reset"] == reason
    assert page["payload"]["cursor"] == cursor(welcome, 6)
    assert page["payload"]["complete"] is True
    if reason:
        assert told(page) == []
    await said("g")
    assert await texts(socket, 1) == ["g"]


async def test_another_epoch_is_told_so(open_socket):
    await said("a")
    socket, back = await open_socket("ann", "?cursor=other-7")
    assert back["payload"]["cursor"] == "other-7"
    page = await socket.receive()
    assert (page["payload"]["reset"], told(page)) == ("epoch", [])
    await said("b")
    assert await texts(socket, 1) == ["b"]


@pytest.mark.parametrize("lost", ["other-1", "{epoch}-99"])
async def test_after_a_reset_what_was_sent_is_known_and_nothing_else_is(open_socket, lost):
    await said(*"abcd")
    _live, welcome = await open_socket("bob")
    epoch = cursor(welcome, 0).partition("-")[0]
    socket, _back = await open_socket("ann", f"?cursor={lost.format(epoch=epoch)}")
    reset = await socket.receive()
    await said("e", "f")
    assert await texts(socket, 2) == ["e", "f"]
    page = await socket.command("sync:request", {"cursor": reset["payload"]["cursor"]})
    assert told(page) == []
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 1)})
    assert told(page) == ["b", "c", "d"]


@pytest.mark.parametrize(("seq", "reason"), [(2, "too_far"), (3, None)])
async def test_more_than_so_many_events_behind_is_too_far(open_socket, settings, seq, reason):
    settings.REALTIME = {"SYNC_MAX_EVENTS": 3}
    await said(*"abcdef")
    socket, welcome = await open_socket()
    page = await socket.command("sync:request", {"cursor": cursor(welcome, seq)})
    assert page["payload"]["reset"] == reason


@pytest.mark.parametrize(("size", "counts"), [(1, [3]), (100_000, [2, 1]), (300_000, [1, 1, 1])])
async def test_a_page_ends_at_256_kib_but_holds_one_event(open_socket, source, size, counts):
    _live, welcome = await open_socket("bob")
    await said(*("x" * size for _ in range(3)))
    socket, _ = await open_socket("ann", f"?cursor={cursor(welcome, 0)}")
    found = []
    while len(found) < len(counts):
        page = await socket.expect("sync:response")
        found.append(len(page["payload"]["events"]))
        assert page["payload"]["complete"] is (len(found) == len(counts))
    assert found == counts


async def test_the_unread_count_comes_with_every_page(open_socket, world):
    world.unread["ann"] = 7
    socket, welcome = await open_socket()
    page = await socket.command("sync:request", {"cursor": cursor(welcome, 0)})
    assert page["payload"]["unreadCount"] == 7


async def test_a_hub_that_starts_later_serves_the_same_pages(transactional_db, world):
    async with running_hub() as hub:
        before = f"{hub.epoch}-0"
        await said(*"abc")
    async with running_hub():
        socket = Socket(RealtimeConsumer.as_asgi(), f"/ws/?cursor={before}", token="ann")
        await socket.connect()
        assert told(await socket.expect("sync:response")) == ["a", "b", "c"]
        await socket.close()


async def test_a_hub_that_has_just_begun_serves_the_past_from_memory(
    transactional_db, world, monkeypatch
):
    """A server that is started anew must not be asked for by each of its readers in the log."""
    await said("before", "the rest")
    await said("gone", subjects=("post:1",))
    await said("hidden", subjects=("post:2",))
    await said("near", subjects=("post:3",))
    await changed(
        Forget(subject="post:1"),
        Forget(subject="post:2", forever=False),
        Forget(subject="post:3", unless="following:bob", forever=False),
    )
    async with running_hub() as hub:
        assert (len(hub.ring), hub.position) == (6, 6)
        monkeypatch.setattr(streams, "from_log", lambda *_args, **_kwargs: pytest.fail("the log"))
        world.rooms["cat"] = ["following:bob"]
        for reader, page in {"ann": ["the rest"], "cat": ["the rest", "near"]}.items():
            socket = Socket(RealtimeConsumer.as_asgi(), f"/ws/?cursor={hub.epoch}-1", token=reader)
            await socket.connect()
            assert told(await socket.expect("sync:response")) == page
            await socket.close()


async def test_a_hub_takes_up_no_more_than_its_ring_holds(transactional_db, world, monkeypatch):
    await said(*"abcde")
    await in_database(lambda: LogEntry.objects.filter(seq=3).delete())
    await in_database(lambda: LogHead.objects.update(floor_seq=3))
    for kept, expected in {3: 2, 1: 1}.items():  # what the log holds; what the ring may
        monkeypatch.setattr(hub_module, "MAX_EVENTS", kept)
        async with running_hub() as hub:
            assert len(hub.ring) == expected
            assert hub.ring.reaches(5 - expected, 5)

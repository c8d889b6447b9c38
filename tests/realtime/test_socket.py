"""One socket: how it begins, what it gets, how it ends."""

import asyncio
from typing import ClassVar

import pytest

from realtime.consumers import RealtimeConsumer
from realtime.database import in_database
from realtime.draining import drain
from realtime.events import (
    CATALOGUE,
    Audience,
    Close,
    Enter,
    Event,
    Exit,
    Forget,
    Meet,
    Part,
    Recall,
    Vacate,
)
from realtime.registry import registry
from realtime.rooms import Ground, RoomKind
from realtime.testing import Closed, Refused, Socket
from realtime.transactions import atomic
from tests.realtime.conftest import ON_DATABASE, changed, said, say, texts

pytestmark = ON_DATABASE


def unauthenticated(path="/ws/", **headers):
    return Socket(RealtimeConsumer.as_asgi(), path, headers=headers)


# -- beginning ---------------------------------------------------------------------------------


async def test_the_first_frame_says_who_and_where_one_is(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    _socket, welcome = await open_socket("ann")
    payload = welcome["payload"]
    assert welcome["type"] == "connect"
    assert payload["user"] == {"id": "ann"}
    assert payload["rooms"] == ["public"]
    assert payload["heartbeatInterval"] == 25
    assert payload["protocol"] == 1
    assert payload["cursor"].endswith("-0")
    assert len(payload["connectionId"]) == 36


async def test_a_first_frame_auth_begins_the_stream(hub):
    socket = unauthenticated()
    await socket.connect()
    answer = await socket.command("auth", {"token": "ann/100"})
    assert answer == {"type": "ack", "id": "1", "payload": {"expiresIn": 100}}
    assert (await socket.receive())["type"] == "connect"
    await socket.close()


async def test_before_authentication_nothing_is_answered_but_errors(hub):
    socket = unauthenticated()
    await socket.connect()
    answer = await socket.command("room:join", {"room": "public"})
    assert answer["payload"]["code"] == "unauthenticated"
    await said("a")
    with pytest.raises(TimeoutError):
        await socket.receive(0.1)
    await socket.close()


@pytest.mark.parametrize(("token", "code"), [("bad", 4001), ("old", 4202), ("ann/-1", 4202)])
async def test_a_token_that_does_not_hold_closes_with_its_code(hub, token, code):
    socket = Socket(RealtimeConsumer.as_asgi(), token=token)
    await socket.connect()
    assert await socket.close_code() == code
    await socket.close()


async def test_a_bad_token_in_the_first_frame_is_answered_then_said_goodbye_to(hub):
    socket = unauthenticated()
    await socket.connect()
    answer = await socket.command("auth", {"token": "bad"})
    assert (answer["type"], answer["payload"]["code"]) == ("error", "unauthenticated")
    bye = await socket.receive()
    assert bye["payload"] == {"code": 4001, "reason": "not authenticated", "retryAfter": None}
    with pytest.raises(Closed):
        await socket.receive()
    await socket.close()


async def test_who_says_nothing_is_closed(hub, monkeypatch):
    monkeypatch.setattr("realtime.consumers.AUTH_SECONDS", 0.05)
    socket = unauthenticated()
    await socket.connect()
    assert await socket.close_code() == 4001
    await socket.close()


async def test_a_foreign_origin_is_refused_whatever_the_credentials(hub):
    for headers in ({"cookie": "sessionid=ann"}, {"authorization": "Bearer ann"}, {}):
        with pytest.raises(Refused):
            await unauthenticated(origin="https://evil.example", **headers).connect()


async def test_a_cookie_needs_an_origin_and_a_token_needs_none(hub):
    with pytest.raises(Refused):
        await unauthenticated(cookie="sessionid=ann").connect()
    socket = unauthenticated(cookie="sessionid=ann", origin="http://localhost")
    await socket.connect()
    assert (await socket.receive())["payload"]["user"] == {"id": "ann"}
    await socket.close()


async def test_a_token_in_the_query_is_never_read(hub, monkeypatch):
    monkeypatch.setattr("realtime.consumers.AUTH_SECONDS", 0.05)
    socket = unauthenticated("/ws/?token=ann&access_token=ann")
    await socket.connect()
    assert await socket.close_code() == 4001
    await socket.close()


# -- events ------------------------------------------------------------------------------------


async def test_an_event_arrives_with_its_number_cursor_rooms_time_and_operation(open_socket):
    socket, welcome = await open_socket()
    await said("a", rooms=("public", "post:1"))
    frame = await socket.receive()
    epoch = welcome["payload"]["cursor"].partition("-")[0]
    assert frame.pop("ts").endswith("Z")
    assert frame == {
        "type": "test:said",
        "payload": {"text": "a"},
        "seq": "1",
        "cursor": f"{epoch}-1",
        "rooms": ["public", "post:1"],
    }


async def test_a_socket_in_several_rooms_of_an_event_gets_it_once(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    socket, _welcome = await open_socket()
    await socket.command("room:join", {"room": "post:1"})
    await said("a", rooms=("public", "following:bob", "post:1"))
    await said("b", rooms=("post:1",))
    await said("c", rooms=("post:2",))
    await said("d")
    assert await texts(socket, 3) == ["a", "b", "d"]


async def test_a_rollback_delivers_nothing(open_socket):
    socket, _welcome = await open_socket()
    with pytest.raises(RuntimeError):
        await in_database(_say_and_fail)
    await said("b")
    assert await texts(socket, 1) == ["b"]


def _say_and_fail():
    with atomic():
        say("a")
        raise RuntimeError


async def test_an_event_for_some_but_not_others_passes_the_others_by(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    ann, _ = await open_socket("ann")
    cat, _ = await open_socket("cat")
    await said("a", except_rooms=("following:bob",))
    await said("b")
    assert await texts(ann, 1) == ["b"]
    assert await texts(cat, 2) == ["a", "b"]


# -- commands ----------------------------------------------------------------------------------


async def test_joining_and_leaving_a_room(open_socket):
    socket, _welcome = await open_socket()
    joined = await socket.command("room:join", {"room": "post:ABC"})
    assert joined["payload"]["room"] == "post:abc"
    assert joined["payload"]["cursor"].endswith("-0")
    await said("a", rooms=("post:abc",))
    assert await texts(socket, 1) == ["a"]
    left = await socket.command("room:leave", {"room": "post:ABC"})
    assert left["payload"] == {"room": "post:abc"}
    await said("b", rooms=("post:abc",))
    await said("c")
    assert await texts(socket, 1) == ["c"]


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("nothing:1", "unknown_room"),
        ("post:", "unknown_room"),
        ("post", "unknown_room"),
        ("public:1", "unknown_room"),
        ("post:secret", "forbidden"),
        ("post:\x00", None),
    ],
)
async def test_a_room_that_one_may_not_join_is_answered_with_its_code(open_socket, room, code):
    socket, _welcome = await open_socket()
    answer = await socket.command("room:join", {"room": room})
    assert answer["payload"].get("code") == code


async def test_no_more_than_two_hundred_rooms_may_be_brought_along(open_socket):
    rooms = ",".join(f"post:{number}" for number in range(202))
    socket, welcome = await open_socket("ann", f"?rooms={rooms},post:0")
    assert len(welcome["payload"]["rooms"]) == 201  # and `public`
    errors = [(await socket.receive())["payload"] for _ in range(2)]
    assert [one["code"] for one in errors] == ["too_many_rooms"] * 2
    assert "post:200" in errors[0]["message"]


async def test_two_hundred_rooms_may_be_joined_and_no_more(open_socket, monkeypatch):
    monkeypatch.setattr("realtime.streams.MAX_ROOMS", 2)
    socket, _welcome = await open_socket()
    for room, kind in (
        ("post:1", "ack"),
        ("post:2", "ack"),
        ("post:1", "ack"),
        ("post:3", "error"),
    ):
        answer = await socket.command("room:join", {"room": room})
        assert answer["type"] == kind
    assert answer["payload"]["code"] == "too_many_rooms"
    await socket.command("room:leave", {"room": "post:1"})
    assert (await socket.command("room:join", {"room": "post:3"}))["type"] == "ack"


async def test_a_heartbeat_with_an_id_is_answered_and_one_without_is_not(open_socket):
    socket, _welcome = await open_socket()
    await said("a")
    assert await texts(socket, 1) == ["a"]
    await socket.send("heartbeat")
    answer = await socket.command("heartbeat")
    assert answer["type"] == "heartbeat"
    assert answer["payload"]["cursor"].endswith("-1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_frame"),
        ('{"type":"nothing"}', "unknown_type"),
        ('{"type":"connect"}', "server_only"),
        ('{"type":"room:join","payload":{"room":7}}', "invalid_frame"),
        ('{"type":"sync:request","payload":{"cursor":"x"}}', "invalid_frame"),
        ('{"type":"sync:request","payload":{"cursor":"e-1","rooms":["x:1"]}}', "unknown_room"),
        ('{"type":"x","payload":' + "[" * 10_000 + "]" * 10_000 + "}", "invalid_frame"),
        ('{"type":"room:join","payload":{"room":"\\ud800"}}', "invalid_json"),
    ],
)
async def test_a_bad_frame_gets_an_error_and_the_socket_goes_on(open_socket, text, code, caplog):
    socket, _welcome = await open_socket()
    await socket.send_text(text)
    assert (await socket.receive())["payload"]["code"] == code
    await said("a")
    assert await texts(socket, 1) == ["a"]
    assert [one for one in caplog.records if one.levelname != "INFO"] == []


async def test_a_frame_with_half_a_character_is_answered_under_its_id(open_socket):
    socket, _welcome = await open_socket()
    await socket.send_text('{"type":"room:join","id":"7","payload":{"room":"post:\\ud800"}}')
    answer = await socket.receive()
    assert (answer["id"], answer["payload"]["code"]) == ("7", "invalid_json")
    assert "half a character" in answer["payload"]["message"]


async def test_a_binary_frame_gets_an_error(open_socket):
    socket, _welcome = await open_socket()
    await socket.send_bytes(b"\x00\xff")
    assert (await socket.receive())["payload"]["code"] == "invalid_frame"


@pytest.mark.parametrize(("size", "closed"), [(65_536, False), (65_537, True)])
async def test_a_frame_over_the_limit_closes_with_1009(open_socket, size, closed):
    socket, _welcome = await open_socket()
    await socket.send_text('{"type":"heartbeat","id":"1"}'.ljust(size))
    if closed:
        assert await socket.close_code() == 1009
    else:
        assert (await socket.receive())["type"] == "heartbeat"


async def test_the_twentieth_bad_frame_closes(open_socket):
    socket, _welcome = await open_socket()
    for _ in range(19):
        await socket.send_text("{")
        assert (await socket.receive())["payload"]["code"] == "invalid_json"
    await socket.send_text("{")
    assert await socket.close_code() == 4000


async def test_too_many_frames_are_told_to_wait(open_socket):
    socket, _welcome = await open_socket()
    for _ in range(70):
        await socket.send("heartbeat")
    limited = await socket.receive()
    assert limited["payload"]["code"] == "rate_limited"
    assert 0 < limited["payload"]["retryAfter"] < 1


async def test_a_slow_command_delays_neither_events_nor_heartbeats(open_socket, world):
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(identity, key):
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)

    registry.rooms["slow"] = RoomKind("slow", check=slowly)
    socket, _welcome = await open_socket()
    await socket.send("room:join", {"room": "slow:1"}, id="slow")
    await said("a")
    assert await texts(socket, 1) == ["a"]
    assert (await socket.command("heartbeat"))["type"] == "heartbeat"
    release.set()
    assert (await socket.receive())["id"] == "slow"


async def test_a_failing_command_is_answered_with_internal_and_logged(open_socket, world, caplog):
    def fail(identity, key):
        raise ZeroDivisionError

    registry.rooms["broken"] = RoomKind("broken", check=fail)
    socket, _welcome = await open_socket()
    answer = await socket.command("room:join", {"room": "broken:1"})
    assert answer["payload"] == {"code": "internal", "message": "something went wrong here"}
    assert "ZeroDivisionError" in caplog.text
    assert (await socket.command("heartbeat"))["type"] == "heartbeat"


# -- time --------------------------------------------------------------------------------------


async def test_the_server_beats_and_closes_who_is_silent(moved_clock, open_socket, settings):
    settings.REALTIME = {**settings.REALTIME, "PING_TIMEOUT": 20}  # on an emulator it is longer
    socket, _welcome = await open_socket()
    await moved_clock.advance(24)
    with pytest.raises(TimeoutError):
        await socket.receive(0.01)
    await moved_clock.advance(20)
    assert (await socket.receive())["type"] == "heartbeat"
    with pytest.raises(TimeoutError):
        await socket.receive(0.01)
    await moved_clock.advance(1)
    assert await socket.close_code() == 4205


async def test_a_token_that_runs_out_is_warned_of_then_closed(moved_clock, open_socket):
    socket, _welcome = await open_socket("ann/70")
    with pytest.raises(TimeoutError):
        await socket.receive(0.01)
    await moved_clock.advance(11)
    assert (await socket.receive())["type"] == "auth:expiring"
    await moved_clock.advance(20)
    await socket.send("heartbeat")
    await moved_clock.advance(35)
    with pytest.raises(TimeoutError):
        await socket.expect("bye", 0.01)
    await moved_clock.advance(5)
    assert await socket.close_code() == 4202


async def test_a_fresh_token_of_the_same_user_extends_and_of_another_closes(open_socket):
    socket, _welcome = await open_socket("ann/30")
    assert (await socket.receive())["payload"] == {"in": 30}
    assert (await socket.command("auth", {"token": "ann/900"}))["payload"] == {"expiresIn": 900}
    answer = await socket.command("auth", {"token": "bad"})
    assert answer["payload"]["code"] == "unauthenticated"
    answer = await socket.command("auth", {"token": "bob"})
    assert answer["payload"]["code"] == "forbidden"
    assert await socket.close_code() == 4003


# -- rights ------------------------------------------------------------------------------------


async def test_a_change_of_rights_acts_at_its_place_in_the_order(open_socket):
    socket, _welcome = await open_socket("ann")
    await said("a", rooms=("following:bob",))
    await changed(Enter(user="ann", room="following:bob", reason="followed"))
    await said("b", rooms=("following:bob",))
    await changed(Exit(user="ann", room="following:bob", reason="unfollowed"))
    await said("c", rooms=("following:bob",))
    await said("d")
    frames = [await socket.receive() for _ in range(4)]
    assert [(frame["type"], frame["payload"]) for frame in frames] == [
        ("room:joined", {"room": "following:bob", "reason": "followed"}),
        ("test:said", {"text": "b"}),
        ("room:left", {"room": "following:bob", "reason": "unfollowed"}),
        ("test:said", {"text": "d"}),
    ]


async def test_a_parted_pair_gets_nothing_of_each_other_until_they_meet(open_socket):
    ann, _ = await open_socket("ann")
    bob, _ = await open_socket("bob")
    cat, _ = await open_socket("cat")
    await changed(Part(one="ann", other="bob"))
    await said("of bob", people=("bob",))
    await said("of ann and cat", people=("ann", "cat"))
    await changed(Meet(one="ann", other="bob"))
    await said("of bob again", people=("bob",))
    assert await texts(ann, 2) == ["of ann and cat", "of bob again"]
    assert await texts(bob, 2) == ["of bob", "of bob again"]
    assert await texts(cat, 3) == ["of bob", "of ann and cat", "of bob again"]


async def test_a_room_that_is_vacated_is_left_by_all_but_the_exempt(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    ann, _ = await open_socket("ann")
    cat, _ = await open_socket("cat")
    for socket in (ann, cat):
        await socket.command("room:join", {"room": "post:1"})
    await changed(Vacate(room="post:1", unless="following:bob", reason="visibility"))
    left = await cat.receive()
    assert (left["type"], left["payload"]) == (
        "room:left",
        {"room": "post:1", "reason": "visibility"},
    )
    await said("a", rooms=("post:1",))
    assert await texts(ann, 1) == ["a"]


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (Exit(user="ann", room="following:bob", reason="unfollowed"), "unfollowed"),
        (Part(one="bob", other="ann"), "blocked"),
    ],
)
async def test_a_room_that_was_joined_is_left_with_the_right_to_it(
    open_socket, world, effect, reason
):
    world.rooms["ann"] = ["following:bob"]
    world.grounds["1"] = Ground(people=("bob",), through="following:bob")
    ann, _ = await open_socket("ann")
    await ann.command("room:join", {"room": "post:1"})
    await ann.command("room:join", {"room": "post:2"})
    await changed(effect)
    left = await ann.expect("room:left")
    if left["payload"]["room"] == "following:bob":
        left = await ann.expect("room:left")
    assert left["payload"] == {"room": "post:1", "reason": reason}
    await said("a", rooms=("post:1",))
    await said("b", rooms=("post:2",))
    assert await texts(ann, 1) == ["b"]


async def test_who_stays_in_a_vacated_room_leaves_it_with_what_kept_them_there(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    ann, _ = await open_socket("ann")
    await ann.command("room:join", {"room": "post:1"})
    await changed(Vacate(room="post:1", unless="following:bob", reason="visibility"))
    await said("a", rooms=("post:1",))
    assert await texts(ann, 1) == ["a"]
    await changed(Exit(user="ann", room="following:bob", reason="unfollowed"))
    rooms = [(await ann.expect("room:left"))["payload"]["room"] for _ in range(2)]
    assert sorted(rooms) == ["following:bob", "post:1"]


async def test_a_room_that_is_for_everybody_again_is_kept_without_the_right(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    world.grounds["1"] = Ground(people=("bob",), through="following:bob")
    ann, _ = await open_socket("ann")
    await ann.command("room:join", {"room": "post:1"})
    await changed(
        Recall(subject="post:1", room="post:1"),
        Exit(user="ann", room="following:bob", reason="unfollowed"),
    )
    await said("a", rooms=("post:1",))
    assert await texts(ann, 1) == ["a"]


async def test_a_room_for_everybody_is_kept_by_who_asked_for_it(open_socket, world):
    world.rooms["ann"] = ["following:tag"]
    first, _ = await open_socket("ann")
    world.rooms["ann"] = []
    second, _ = await open_socket("ann")
    await second.command("room:join", {"room": "following:tag"})
    await changed(Exit(user="ann", room="following:tag", reason="unfollowed", keep_asked=True))
    assert (await first.expect("room:left"))["payload"]["room"] == "following:tag"
    await said("a", rooms=("following:tag",))
    assert await texts(second, 1) == ["a"]


@pytest.mark.parametrize("first", ["right", "command"])
async def test_a_room_by_right_that_is_asked_for_too_needs_both_to_end(open_socket, world, first):
    world.rooms["ann"] = ["following:tag"]
    ann, _ = await open_socket("ann")
    await ann.command("room:join", {"room": "following:tag"})
    unfollowed = Exit(user="ann", room="following:tag", reason="unfollowed", keep_asked=True)
    if first == "right":
        await changed(unfollowed)
    else:
        await ann.command("room:leave", {"room": "following:tag"})
    await said("a", rooms=("following:tag",))
    assert await texts(ann, 1) == ["a"]
    if first == "right":
        await ann.command("room:leave", {"room": "following:tag"})
    else:
        await changed(unfollowed)
        assert (await ann.receive())["type"] == "room:left"
    await said("b", rooms=("following:tag",))
    await said("c")
    assert await texts(ann, 1) == ["c"]


async def test_a_right_that_ends_while_a_room_is_joined_by_it_is_no_right(open_socket, world):
    world.rooms["ann"] = ["following:bob"]
    world.grounds["1"] = Ground(through="following:bob")
    read, unfollowed = asyncio.Event(), asyncio.Event()
    loop, original = asyncio.get_running_loop(), world.check_post

    def check(identity, key):
        loop.call_soon_threadsafe(read.set)
        asyncio.run_coroutine_threadsafe(unfollowed.wait(), loop).result(10)
        return original(identity, key)

    registry.rooms["post"] = RoomKind("post", check=check)
    ann, _ = await open_socket("ann")
    await ann.send("room:join", {"room": "post:1"}, id="j")
    await read.wait()
    await changed(Exit(user="ann", room="following:bob", reason="unfollowed"))
    unfollowed.set()
    await ann.expect("room:left")
    answer = await ann.receive()
    assert (answer["id"], answer["payload"]["code"]) == ("j", "unknown_room")


@pytest.mark.parametrize("who", [{"user": "ann"}, {"login": "login-of-ann"}])
async def test_a_closing_effect_closes_the_sockets_of_that_user_or_login_alone(open_socket, who):
    ann, _ = await open_socket("ann")
    bob, _ = await open_socket("bob")
    await changed(Close(code=4003, **who))
    assert await ann.close_code() == 4003
    await said("a")
    assert await texts(bob, 1) == ["a"]


async def test_a_login_that_ends_while_its_socket_opens_is_closed(hub, world):
    """The identity is read before the end is committed, the stream begins after it."""
    read, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    original = world.registry().parted

    def parted(users):
        loop.call_soon_threadsafe(read.set)
        asyncio.run_coroutine_threadsafe(ended.wait(), loop).result(10)
        return original(users)

    registry.parted = parted
    socket = Socket(RealtimeConsumer.as_asgi(), token="ann")
    await socket.connect()
    await read.wait()
    await changed(Close(code=4001, login="login-of-ann"))
    ended.set()
    assert await socket.close_code() == 4001
    await socket.close()


async def test_a_block_that_comes_while_a_socket_opens_holds(hub, world):
    """Its pairs are read before the block is committed, the stream begins after it."""
    read, blocked = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def parted(users):
        loop.call_soon_threadsafe(read.set)
        asyncio.run_coroutine_threadsafe(blocked.wait(), loop).result(10)
        return {}

    registry.parted = parted
    socket = Socket(RealtimeConsumer.as_asgi(), token="ann")
    await socket.connect()
    await read.wait()
    await changed(Part(one="ann", other="bob"))
    blocked.set()
    assert (await socket.receive())["type"] == "connect"
    await said("of bob", people=("bob",))
    await said("of cat", people=("cat",))
    assert await texts(socket, 1) == ["of cat"]
    await socket.close()


async def test_a_room_that_is_forbidden_while_it_is_joined_is_not_joined(open_socket, world):
    read, vacated = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def check(identity, key):
        loop.call_soon_threadsafe(read.set)
        asyncio.run_coroutine_threadsafe(vacated.wait(), loop).result(10)

    registry.rooms["post"] = RoomKind("post", check=check)
    socket, _welcome = await open_socket()
    await socket.send("room:join", {"room": "post:1"}, id="j")
    await read.wait()
    await changed(Vacate(room="post:1", reason="deleted"))
    vacated.set()
    answer = await socket.receive()
    assert (answer["id"], answer["payload"]["code"]) == ("j", "unknown_room")


async def test_what_was_deleted_is_not_sent_again(open_socket):
    await said("a", subjects=("post:1",))
    await said("b", subjects=("post:2",))
    socket, welcome = await open_socket()
    await said("deleted", effects=(Forget(subject="post:1"),))
    assert await texts(socket, 1) == ["deleted"]
    epoch = welcome["payload"]["cursor"].partition("-")[0]
    other, _ = await open_socket("bob", f"?cursor={epoch}-0")
    page = await other.expect("sync:response")
    told = [event["payload"]["text"] for event in page["payload"]["events"]]
    assert told == ["a", "b", "deleted"][1:]


# -- what the apps add -------------------------------------------------------------------------


class Whispered(Event, frozen=True, kw_only=True):
    """Somebody whispered."""

    type: ClassVar[str] = "test:whispered"
    durable: ClassVar[bool] = False
    text: str


CATALOGUE.pop(Whispered.type)


async def test_a_whisper_reaches_who_is_there_but_not_its_sender_nor_across_a_block(
    hub, open_socket
):
    ann, _ = await open_socket("ann")
    bob, _ = await open_socket("bob")
    cat, _ = await open_socket("cat")
    await changed(Part(one="ann", other="cat"))
    await hub.settle()
    to = Audience(rooms=("public",), people=("ann",))
    hub.whisper(Whispered(text="psst"), to, not_to=["ann"])
    frame = await bob.receive()
    assert frame.pop("ts").endswith("Z")
    assert frame == {"type": "test:whispered", "payload": {"text": "psst"}, "rooms": ["public"]}
    await said("a")
    assert (await ann.receive())["type"] == "test:said"
    assert (await cat.receive())["type"] == "test:said"


class Whispers(RealtimeConsumer):
    """A socket for what is told once."""

    joins = ("post:lobby",)
    durable = False


async def test_a_socket_for_whispers_carries_no_events(hub, world):
    socket = Socket(Whispers.as_asgi(), token="ann")
    await socket.connect()
    welcome = (await socket.receive())["payload"]
    assert welcome["rooms"] == ["post:lobby", "public"]
    await said("a", rooms=("public", "post:lobby"))
    hub.whisper(Whispered(text="psst"), Audience(rooms=("post:lobby",)))
    assert (await socket.receive())["payload"] == {"text": "psst"}
    page = await socket.command("sync:request", {"cursor": welcome["cursor"]})
    assert page["payload"]["events"] == []
    await said("b")
    hub.whisper(Whispered(text="still"), Audience(rooms=("post:lobby",)))
    assert (await socket.receive())["payload"] == {"text": "still"}
    await socket.close()


async def test_the_apps_hear_of_streams_and_events(open_socket, world):
    heard = []
    registry.arrived.append(lambda connection: heard.append(("arrived", connection.user_id)))
    registry.departed.append(lambda connection: heard.append(("departed", connection.user_id)))
    registry.delivered.append(lambda event: heard.append(("delivered", event.type)))
    socket, _welcome = await open_socket("ann")
    await said("a")
    assert await texts(socket, 1) == ["a"]
    await socket.close()
    assert heard == [("arrived", "ann"), ("delivered", "test:said"), ("departed", "ann")]


async def test_a_draining_server_sends_its_sockets_elsewhere(hub, open_socket):
    socket, _welcome = await open_socket("ann")
    hub.draining = True
    draining = asyncio.create_task(drain(hub))
    bye = await socket.receive()
    assert bye["payload"] == {"code": 4200, "reason": "draining", "retryAfter": 1.0}
    assert await socket.close_code() == 4200
    await socket.close()
    await asyncio.wait_for(draining, 5)
    late = Socket(RealtimeConsumer.as_asgi(), token="ann")
    with pytest.raises(Refused):
        await late.connect()

"""Who is online and who is typing, at real sockets of one process."""

import asyncio

import pytest

from accounts.actions import block, unblock, update_profile
from accounts.logins import open_login
from posts.actions import add_comment, create_post, delete_post
from presence.choice import store
from presence.consumers import PresenceConsumer
from presence.ledger import Ledger
from presence.tracker import Tracker
from realtime.database import in_database
from realtime.testing import Socket, running_hub
from realtime_site.routing import SiteConsumer
from tests.api import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def hub(transactional_db, monkeypatch):
    monkeypatch.setattr(store(), "ledger", Ledger())
    async with running_hub() as hub:
        yield hub
        await Tracker.of(hub).stop()


class World:
    """People by name, their sockets, and what they do."""

    def __init__(self):
        self.people = {}
        self.sockets = []

    async def person(self, name, **fields):
        self.people[name] = await in_database(person, name, **fields)
        return self.people[name]

    def id(self, name):
        return str(self.people[name].pk)

    async def open(self, name, consumer=PresenceConsumer):
        """A socket of somebody, who is made when there is none of that name."""
        if name not in self.people:
            await self.person(name)
        tokens = await in_database(open_login, self.people[name])
        socket = Socket(consumer.as_asgi(), token=tokens.access)
        await socket.connect()
        self.sockets.append(socket)
        return socket, await socket.expect("connect")

    async def close(self, socket):
        self.sockets.remove(socket)
        await socket.close()

    async def post(self, author):
        if author not in self.people:
            await self.person(author)
        return await in_database(create_post, self.people[author], "Good morning")


@pytest.fixture
async def world(hub):
    world = World()
    yield world
    for socket in world.sockets:
        await socket.close()


async def users_of(socket, kind, seconds=5):
    """Ids in the next frame of this type."""
    frame = await socket.expect(kind, seconds)
    return [user["userId"] for user in frame["payload"]["users"]]


async def hears_nothing(socket, kind, seconds=1.0):
    """Raises when a frame of this type comes."""
    with pytest.raises(TimeoutError):
        await socket.expect(kind, seconds)


# -- online ------------------------------------------------------------------------------------


async def test_the_socket_of_presence_is_in_its_room_from_the_start(world):
    _, welcome = await world.open("ann")
    assert welcome["payload"]["rooms"] == ["presence"]


async def test_a_reader_gets_the_list_and_then_the_changes(world):
    await world.open("ann")
    reader, _ = await world.open("bob", SiteConsumer)
    answer = await reader.command("room:join", {"room": "presence"})
    payload = answer["payload"]
    assert set(payload) == {"room", "cursor", "onlineUsers", "version"}
    assert set(payload["onlineUsers"]) == {world.id("ann"), world.id("bob")}
    await world.open("cat")
    frame = await reader.expect("user:online")
    while frame["payload"]["version"] <= payload["version"]:  # was told before the list was
        frame = await reader.expect("user:online")
    assert frame["payload"] == {
        "users": [{"userId": world.id("cat"), "lastSeen": None}],
        "version": payload["version"] + 1,
    }
    assert frame["rooms"] == ["presence"]
    assert "seq" not in frame


async def test_a_second_tab_is_no_news_and_neither_is_its_end(world, monkeypatch):
    monkeypatch.setattr("presence.ledger.GRACE_MS", 100)
    reader, _ = await world.open("bob")
    await world.open("ann")
    heard = set()
    while heard != {world.id("ann"), world.id("bob")}:
        heard |= set(await users_of(reader, "user:online"))
    tab, _ = await world.open("ann", SiteConsumer)
    await world.close(tab)
    await hears_nothing(reader, "user:offline")


async def test_who_leaves_is_offline_five_seconds_later_with_the_time_of_leaving(
    moved_clock, world
):
    reader, _ = await world.open("bob")
    leaver, _ = await world.open("ann")
    await world.close(leaver)
    await hears_nothing(reader, "user:offline", 0.5)  # the store has heard of it by now
    await moved_clock.advance(4)
    await hears_nothing(reader, "user:offline", 0.5)
    await moved_clock.advance(2)
    frame = await reader.expect("user:offline", 2)
    (user,) = frame["payload"]["users"]
    assert user["userId"] == world.id("ann")
    assert user["lastSeen"].endswith("Z")


async def test_many_who_come_at_once_are_told_together(world):
    reader, _ = await world.open("bob")
    assert await users_of(reader, "user:online") == [world.id("bob")]
    for number in range(10):
        await world.person(f"user{number}")
    await asyncio.gather(*(world.open(f"user{number}", SiteConsumer) for number in range(10)))
    told = []
    while sum(map(len, told)) < 10:
        told.append(await users_of(reader, "user:online"))
    assert len(told) <= 4


async def test_sync_tells_who_is_online(world):
    reader, welcome = await world.open("bob")
    cursor = welcome["payload"]["cursor"]
    answer = await reader.command("sync:request", {"cursor": cursor})
    assert answer["payload"]["onlineUsers"] == [world.id("bob")]


# -- who must not be seen ------------------------------------------------------------------------


async def test_who_does_not_show_their_presence_is_never_told_of(world):
    reader, _ = await world.open("bob")
    assert await users_of(reader, "user:online") == [world.id("bob")]
    await world.person("ann", show_presence=False)
    await world.open("ann")
    await hears_nothing(reader, "user:online")
    answer = await reader.command("room:join", {"room": "presence"})
    assert answer["payload"]["onlineUsers"] == [world.id("bob")]


async def test_hiding_takes_one_offline_at_once_and_showing_brings_one_back(world):
    reader, _ = await world.open("bob")
    await world.open("ann")
    await reader.command("room:join", {"room": "presence"})
    await in_database(update_profile, world.people["ann"], show_presence=False)
    assert await users_of(reader, "user:offline", 2) == [world.id("ann")]
    await in_database(update_profile, world.people["ann"], show_presence=True)
    while await users_of(reader, "user:online", 2) != [world.id("ann")]:
        pass  # from before


async def test_a_blocked_pair_does_not_see_each_other_and_others_see_both_in_one_frame(world):
    for name in ("ann", "bob", "cat"):
        await world.person(name)
    await in_database(block, world.people["ann"], world.id("bob"))
    bob, _ = await world.open("bob")
    cat, _ = await world.open("cat")
    await bob.command("room:join", {"room": "presence"})
    await cat.command("room:join", {"room": "presence"})
    await world.person("dan")
    await asyncio.gather(world.open("ann", SiteConsumer), world.open("dan", SiteConsumer))
    heard = {name: set() for name in ("bob", "cat")}
    for name, socket in (("bob", bob), ("cat", cat)):
        while world.id("dan") not in heard[name]:
            heard[name] |= set(await users_of(socket, "user:online"))
    await hears_nothing(bob, "user:online")
    assert world.id("ann") not in heard["bob"]
    answer = await cat.command("room:join", {"room": "presence"})
    assert world.id("ann") in answer["payload"]["onlineUsers"]
    answer = await bob.command("room:join", {"room": "presence"})
    assert world.id("ann") not in answer["payload"]["onlineUsers"]


async def test_those_who_part_go_offline_for_each_other_and_come_back_when_they_meet(world):
    ann, _ = await world.open("ann")
    bob, _ = await world.open("bob")
    cat, _ = await world.open("cat")
    for socket in (ann, bob, cat):
        await socket.command("room:join", {"room": "presence"})
    await in_database(block, world.people["ann"], world.id("bob"))
    assert await users_of(ann, "user:offline") == [world.id("bob")]
    assert await users_of(bob, "user:offline") == [world.id("ann")]
    await in_database(unblock, world.people["ann"], world.id("bob"))
    assert (await users_of(bob, "user:online"))[-1:] == [world.id("ann")]
    await hears_nothing(cat, "user:offline", 0.5)


# -- typing --------------------------------------------------------------------------------------


@pytest.fixture
async def thread(world):
    """A post, its room's name, a reader in it, and somebody in it who may type."""
    post = await world.post("author")
    room = f"post:{post.pk}"
    reader, _ = await world.open("reader")
    typist, _ = await world.open("typist", SiteConsumer)
    for socket in (reader, typist):
        answer = await socket.command("room:join", {"room": room})
        assert answer["type"] == "ack"
    return post, reader, typist


async def say_typing(socket, post, kind="user:typing"):
    return await socket.command(kind, {"postId": str(post.pk)})


async def test_typing_reaches_the_others_in_the_thread_and_not_oneself(world, thread):
    post, reader, typist = thread
    other_tab, _ = await world.open("typist")
    await other_tab.command("room:join", {"room": f"post:{post.pk}"})
    answer = await say_typing(typist, post)
    assert (answer["type"], answer["payload"]) == ("ack", {})
    frame = await reader.expect("user:typing")
    assert frame["payload"] == {"userId": world.id("typist"), "postId": str(post.pk)}
    assert frame["rooms"] == [f"post:{post.pk}"]
    await hears_nothing(typist, "user:typing", 0.3)
    await hears_nothing(other_tab, "user:typing", 0.3)


async def test_typing_is_told_once_in_two_seconds(thread):
    post, reader, typist = thread
    for _ in range(5):
        await say_typing(typist, post)
    await reader.expect("user:typing")
    await hears_nothing(reader, "user:typing", 0.5)


async def test_who_is_not_in_the_thread_may_not_type_there(world, thread):
    post, _, _ = thread
    stranger, _ = await world.open("stranger")
    for body in ({"postId": str(post.pk)}, {"postId": "nonsense"}):
        answer = await stranger.command("user:typing", body)
        assert answer["payload"]["code"] == "forbidden"
    answer = await stranger.command("user:typing", {"post": 1})
    assert answer["payload"]["code"] == "invalid_frame"


async def stops_by_command(world, post, typist):
    await say_typing(typist, post, "user:stopped_typing")


async def stops_by_posting(world, post, typist):
    await in_database(add_comment, world.people["typist"], post.pk, "Done")


async def stops_by_leaving_the_room(world, post, typist):
    await typist.command("room:leave", {"room": f"post:{post.pk}"})


async def stops_by_going_away(world, post, typist):
    await world.close(typist)


async def stops_by_saying_nothing_more(world, post, typist):
    return None


@pytest.mark.parametrize(
    ("stops", "seconds"),
    [
        (stops_by_command, 0.5),
        (stops_by_posting, 2),
        (stops_by_leaving_the_room, 1),
        (stops_by_going_away, 1),
        (stops_by_saying_nothing_more, 7),
    ],
)
async def test_typing_ends_once(world, thread, stops, seconds):
    post, reader, typist = thread
    await say_typing(typist, post)
    await reader.expect("user:typing")
    await stops(world, post, typist)
    frame = await reader.expect("user:stopped_typing", seconds)
    assert frame["payload"] == {"userId": world.id("typist"), "postId": str(post.pk)}
    await hears_nothing(reader, "user:stopped_typing", 0.5)


async def test_a_comment_of_somebody_else_does_not_end_it(world, thread):
    post, reader, typist = thread
    await say_typing(typist, post)
    await reader.expect("user:typing")
    await in_database(add_comment, world.people["author"], post.pk, "First")
    await hears_nothing(reader, "user:stopped_typing", 1)


async def test_of_who_is_blocked_one_hears_no_typing(world, thread):
    post, reader, typist = thread
    await in_database(block, world.people["reader"], world.id("typist"))
    await say_typing(typist, post)
    await hears_nothing(reader, "user:typing", 0.5)


async def test_the_socket_of_presence_carries_nothing_else_of_a_thread(world, thread):
    post, reader, typist = thread
    await in_database(add_comment, world.people["author"], post.pk, "First")
    await typist.expect("comment:added")
    await hears_nothing(reader, "comment:added", 0.5)


async def test_a_deleted_post_ends_the_typing_without_a_trace(world, thread):
    post, reader, typist = thread
    await say_typing(typist, post)
    await reader.expect("user:typing")
    await in_database(delete_post, world.people["author"], post.pk)
    await reader.expect("room:left", 3)
    assert (await say_typing(typist, post))["payload"]["code"] == "forbidden"


async def test_under_a_post_of_who_is_blocked_one_hears_no_typing_of_others(world, thread):
    post, reader, typist = thread
    await in_database(block, world.people["reader"], world.id("author"))
    await say_typing(typist, post)
    await hears_nothing(reader, "user:typing", 1)

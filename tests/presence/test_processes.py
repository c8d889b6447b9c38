"""Presence over several server processes on one Redis, and what becomes of it when they die."""

import asyncio
import contextlib
import json
from collections import Counter

import pytest

from tests.clients import Api, Live
from tests.servers import Missing, Redis

MAKE_USERS = """
from accounts.logins import open_login
from accounts.models import User
names = [f"crowd{number}" for number in range({count})]
users = [User(username=name, username_key=name) for name in names]
User.objects.bulk_create(users)
for user in users:
    print(user.pk, open_login(user).access)
"""


@pytest.fixture
def redis(server_folder):
    """A Redis of the test's own, in which nobody is online yet."""
    try:
        server = Redis(server_folder("redis"))
    except Missing as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sites(redis, start_site):
    """Two server processes of one site; all its sockets come from one address."""
    limits = {"REALTIME_MAX_CONNECTIONS_PER_IP": "1000"}
    one = start_site(redis_url=redis.url, **limits)
    other = start_site(database_url=one.env["DATABASE_URL"], redis_url=redis.url, **limits)
    return one, other


@pytest.fixture
async def stack():
    async with contextlib.AsyncExitStack() as stack:
        yield stack


async def open_socket(stack, site, token, path="/ws/"):
    live = await Live.open(site.ws_url, token, path)
    stack.push_async_callback(live.close)
    return live


async def open_all(stack, site, tokens):
    return await asyncio.gather(*(open_socket(stack, site, token) for token in tokens))


async def crowd(site, count):
    """Ids and tokens of new users."""
    printed = await asyncio.to_thread(site.shell, MAKE_USERS.replace("{count}", str(count)))
    return dict(line.split() for line in printed.splitlines())


class Watcher:
    """Counts what one socket is told of each user."""

    def __init__(self, live):
        self.online, self.offline = Counter(), Counter()
        self._task = asyncio.create_task(self._watch(live))

    async def _watch(self, live):
        async for text in live.socket:
            frame = json.loads(text)
            if frame["type"] in ("user:online", "user:offline"):
                counter = self.online if frame["type"] == "user:online" else self.offline
                counter.update(user["userId"] for user in frame["payload"]["users"])
            elif frame["type"] == "heartbeat":
                await live.send("heartbeat")

    async def until(self, condition, seconds, what):
        async with asyncio.timeout(seconds):
            while not condition():
                assert not self._task.done(), "the watcher's socket was closed"
                await asyncio.sleep(0.05)


async def test_tabs_at_several_servers_are_one_user(sites, stack):
    one, other = sites
    reader, ann = await Api.register(one.url), await Api.register(one.url)
    watcher = Watcher(await open_socket(stack, one, reader.token, "/ws/presence/"))
    first = await Live.open(one.ws_url, ann.token)
    second = await Live.open(other.ws_url, ann.token)
    await watcher.until(lambda: watcher.online[ann.id], 3, "online")
    await first.close()
    with pytest.raises(TimeoutError):  # not even after the grace
        await watcher.until(lambda: watcher.offline[ann.id], 6.5, "offline")
    assert (watcher.online[ann.id], watcher.offline[ann.id]) == (1, 0)
    assert (await reader.get("/api/presence", users=ann.id))["online"] == [ann.id]
    await second.close()
    await watcher.until(lambda: watcher.offline[ann.id], 8, "offline")
    answer = await reader.get("/api/presence", users=ann.id)
    assert (answer["online"], list(answer["lastSeen"])) == ([], [ann.id])
    assert (watcher.online[ann.id], watcher.offline[ann.id]) == (1, 1)


async def test_two_tabs_at_two_servers_type_as_one(sites, stack):
    one, _ = sites
    reader, ann = await Api.register(one.url), await Api.register(one.url)
    post = await reader.post("/api/posts", {"body": "Good morning"})
    sockets = [await open_socket(stack, one, reader.token, "/ws/presence/")]
    sockets += [await open_socket(stack, site, ann.token) for site in sites]
    for socket in sockets:
        answer = await socket.command("room:join", {"room": f"post:{post['id']}"})
        assert answer["type"] == "ack", answer
    for socket in sockets[1:]:
        assert (await socket.command("user:typing", {"postId": post["id"]}))["type"] == "ack"
    typing = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            while True:
                typing += (await sockets[0].next())["type"] == "user:typing"
    assert typing == 1


async def test_the_users_of_a_killed_server_go_offline_once_within_30_seconds(sites, stack):
    one, dying = sites
    users = await crowd(one, 500)
    reader = await Api.register(one.url)
    watcher = Watcher(await open_socket(stack, one, reader.token, "/ws/presence/"))
    for start in range(0, 500, 50):
        await open_all(stack, dying, list(users.values())[start : start + 50])
    await watcher.until(lambda: len(watcher.online) == 501, 10, "online")
    dying.kill()
    back = list(users)[:50]
    await open_all(stack, one, [users[user] for user in back])
    await watcher.until(lambda: len(watcher.offline) == 450, 30, "offline")
    with pytest.raises(TimeoutError):
        await watcher.until(lambda: watcher.offline.total() > 450, 2, "offline again")
    assert set(watcher.offline) == set(users) - set(back)
    assert set(watcher.offline.values()) == {1}
    assert set(watcher.online.values()) == {1}


async def test_a_server_that_ends_in_order_says_goodbye_for_its_users(sites, stack):
    one, ending = sites
    reader, ann = await Api.register(one.url), await Api.register(one.url)
    watcher = Watcher(await open_socket(stack, one, reader.token, "/ws/presence/"))
    await open_socket(stack, ending, ann.token)
    await watcher.until(lambda: watcher.online[ann.id], 3, "online")
    await asyncio.to_thread(ending.stop)
    await watcher.until(lambda: watcher.offline[ann.id], 8, "offline")


async def test_without_redis_no_socket_closes_and_with_it_all_is_as_it_is(sites, redis, stack):
    one, other = sites
    reader, ann, bob, cat = [await Api.register(one.url) for _ in range(4)]
    live = await open_socket(stack, one, reader.token, "/ws/presence/")
    await open_socket(stack, other, ann.token)
    leaving = await Live.open(other.ws_url, bob.token)
    watcher = Watcher(live)
    await watcher.until(lambda: len(watcher.online) == 3, 3, "online")
    redis.kill()
    await leaving.close()
    await open_socket(stack, other, cat.token)
    answer = await reader.get("/api/presence", users=f"{ann.id},{bob.id}")
    assert answer == {"online": [ann.id, bob.id], "lastSeen": {}}
    redis.start()
    await watcher.until(lambda: cat.id in watcher.online, 10, "online")
    await watcher.until(lambda: bob.id in watcher.offline, 15, "offline")
    assert watcher.online == Counter({user.id: 1 for user in (reader, ann, bob, cat)})
    assert watcher.offline == Counter({bob.id: 1})


async def test_a_frozen_redis_holds_up_nobody(sites, redis, stack):
    site, _ = sites
    reader = await Api.register(site.url)
    live = await open_socket(stack, site, reader.token, "/ws/presence/")
    redis.freeze()
    async with asyncio.timeout(5):
        answer = await live.command("room:join", {"room": "presence"})
        assert answer["type"] == "ack"
        await reader.get("/api/presence", users=reader.id)
    redis.wake()
    assert (await live.command("heartbeat"))["type"] == "heartbeat"

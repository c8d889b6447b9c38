"""``serve --workers 4``: four processes that are one server, whatever becomes of one of them."""

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from tests.clients import Api, Json, Live
from tests.conftest import StartSite
from tests.servers import Postgres, Server, Site, answers, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")

#: All sockets here are one user's.
LIMITS = {"REALTIME_MAX_CONNECTIONS_PER_USER": "500", "REALTIME_MAX_CONNECTIONS_PER_IP": "500"}


def workers(site: Site) -> list[int]:
    """The processes that serve, by pid."""
    assert site.process is not None
    pid = site.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in command(child)]


def command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def worker_of(live: Live, site: Site) -> int:
    """Which of them has the other end of this socket."""
    ours = live.socket.transport.get_extra_info("sockname")[1]
    ends = f"{site.port:04X}", f"{ours:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if (words[1][-4:], words[2][-4:]) == ends:
            return next(pid for pid in workers(site) if f"socket:[{words[9]}]" in files(pid))
    raise LookupError(f"nobody has port {ours}")


def files(pid: int) -> set[str]:
    folder = Path(f"/proc/{pid}/fd")
    found = set()
    for name in os.listdir(folder):
        try:
            found.add(os.readlink(folder / name))
        except OSError:  # closed meanwhile
            continue
    return found


async def on_every_worker(site: Site, reader: Api, each: int = 2) -> dict[int, list[Live]]:
    """Sockets of one reader, at least so many on each worker."""
    held: dict[int, list[Live]] = {pid: [] for pid in workers(site)}
    for _ in range(200):
        live = await Live.open(site.ws_url, reader.token)
        held[worker_of(live, site)].append(live)
        if all(len(lives) >= each for lives in held.values()):
            return held
    raise AssertionError(f"not on all: {Counter({pid: len(one) for pid, one in held.items()})}")


async def come_back(site: Site, reader: Api, cursor: str) -> Live:
    """As a client does whose socket is gone: until there is a server, with its cursor."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await Live.open(site.ws_url, reader.token, f"/ws/?cursor={cursor}")
            except (OSError, EOFError, TimeoutError):
                await asyncio.sleep(0.1)


async def presence_of(user: str, live: Live) -> list[str]:
    """What a socket was told of this user's comings and goings until now."""
    told: list[str] = []
    await live.send("heartbeat", id="until now")
    while (frame := await live.next()).get("id") != "until now":
        if frame["type"] in ("user:online", "user:offline"):
            users = [one["userId"] for one in frame["payload"]["users"]]
            told += [frame["type"]] * users.count(user)
    return told


async def close_all(lives: list[Live]) -> None:
    for live in lives:
        await live.close()


async def test_four_workers_are_one_server_also_when_one_of_them_is_killed(
    start_site: StartSite, redis_server: Server
) -> None:
    site = start_site(redis_url=redis_server.url, workers="4", **LIMITS)
    reader, watcher = await Api.register(site.url), await Api.register(site.url)
    watching = await Live.open(site.ws_url, watcher.token)
    await watching.command("room:join", {"room": "presence"})
    held = await on_every_worker(site, reader)
    lives = [live for of_worker in held.values() for live in of_worker]

    await reader.post("/api/posts", {"body": "to all workers"})
    frames = [await live.event() for live in lives]
    assert all(frame == frames[0] for frame in frames)
    online = (await reader.get(f"/api/presence?users={reader.id}"))["online"]
    assert online == [reader.id]

    victim = next(pid for pid in held if pid != worker_of(watching, site))
    os.kill(victim, signal.SIGKILL)
    for live in held[victim]:
        await live.socket.wait_closed()
        assert live.socket.close_code == 1006
    await reader.post("/api/posts", {"body": "while one was dead"})
    backs = [await come_back(site, reader, frames[0]["cursor"]) for _ in held[victim]]
    for back in backs:
        page = await back.next()
        assert page["type"] == "sync:response"
        assert [event["payload"]["post"]["body"] for event in page["payload"]["events"]] == [
            "while one was dead"
        ]
    survivors = [live for pid in held if pid != victim for live in held[pid]]
    for live in survivors:
        assert (await live.event())["payload"]["post"]["body"] == "while one was dead"
    wait_until(
        lambda: len(workers(site)) == 4 and victim not in workers(site),
        seconds=10,
        what="a worker in the place of the one that was killed",
    )

    # However many sockets, and whatever became of some of them, it was one coming.
    await close_all(survivors)
    assert await presence_of(reader.id, watching) == ["user:online"]

    # Orphans would hold the port against the next server.
    assert site.process is not None
    site.process.kill()
    for live in [*backs, watching]:
        assert (await until(live, "bye"))["payload"]["code"] == 4200
    wait_until(lambda: not answers(site.port), seconds=20, what="the workers' end")


async def test_at_sigterm_all_workers_send_their_sockets_away_and_nobody_stays_online(
    start_site: StartSite, redis_server: Server
) -> None:
    site = start_site(redis_url=redis_server.url, workers="2", **LIMITS)
    other = start_site(database_url=site.env["DATABASE_URL"], redis_url=redis_server.url)
    reader, watcher = await Api.register(site.url), await Api.register(site.url)
    post = await watcher.post("/api/posts", {"body": "who types here?"})
    watching = await Live.open(other.ws_url, watcher.token)
    for room in ("presence", f"post:{post['id']}"):
        await watching.command("room:join", {"room": room})
    held = await on_every_worker(site, reader)
    lives = [live for of_worker in held.values() for live in of_worker]
    stranger = await Live.connect(site.ws_url)  # has not said yet who it is
    await lives[0].command("room:join", {"room": f"post:{post['id']}"})
    await lives[0].send("user:typing", {"postId": post["id"]})
    await until(watching, "user:typing")

    assert site.process is not None
    os.kill(site.process.pid, signal.SIGTERM)
    for live in [*lives, stranger]:
        bye = await until(live, "bye")
        assert bye["payload"] == {"code": 4200, "reason": "draining", "retryAfter": 1}
        await live.socket.wait_closed()
        assert live.socket.close_code == 4200
    gone_at = time.monotonic()
    assert await asyncio.to_thread(site.process.wait, 30) == 0
    await until(watching, "user:stopped_typing", 3)
    # 5 s of grace and two beats of 0.3 s: it was told, and is not found out by a lease's end.
    while reader.id not in await offline(watching):
        pass
    assert time.monotonic() - gone_at < 8
    await watching.close()


async def offline(live: Live) -> list[str]:
    """Who has gone, by the next frame that tells it; others use the same Redis."""
    frame = await until(live, "user:offline")
    return [one["userId"] for one in frame["payload"]["users"]]


async def until(live: Live, kind: str, seconds: float = 10) -> Json:
    """The next frame of this type; those before it are passed over."""
    async with asyncio.timeout(seconds):
        while (frame := await live.next(seconds))["type"] != kind:
            pass
    return frame


async def test_what_hangs_does_not_keep_a_server_from_ending(
    start_site: StartSite, postgres_server: Postgres, redis_server: Server
) -> None:
    url = postgres_server.migrated("hanging")
    site = start_site(database_url=url, redis_url=redis_server.url, workers="2")
    reader = await Api.register(site.url)
    with Deaf(site, reader), psycopg.connect(url) as locking:
        locking.execute("LOCK TABLE accounts_user")
        request = asyncio.create_task(reader.call("GET", "/api/posts"))
        handshakes = [await Live.connect(site.ws_url) for _ in range(8)]
        for live in handshakes:
            await live.send("auth", {"token": reader.token})
        assert site.process is not None
        os.kill(site.process.pid, signal.SIGTERM)
        asked_at = time.monotonic()
        for live in handshakes:
            assert (await live.next())["payload"]["code"] == 4200
        assert await reader.call("GET", "/readyz") == (503, {"status": "draining"})
        with pytest.raises(InvalidStatus) as refused:
            await Live.connect(site.ws_url)
        response = refused.value.response
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert await asyncio.to_thread(site.process.wait, 30) == 0
        assert time.monotonic() - asked_at < 30
        with pytest.raises(OSError):
            await request


async def test_a_server_that_still_waits_for_its_database_ends_at_once(
    start_site: StartSite, postgres_server: Postgres
) -> None:
    url = postgres_server.migrated("slow_start")
    site = start_site(database_url=url)
    site.stop()
    with psycopg.connect(url) as locking:
        locking.execute("LOCK TABLE realtime_loghead")
        with pytest.raises(TimeoutError):
            site.start(seconds=6)
        assert site.process is not None
        site.signal(signal.SIGTERM)
        await asyncio.to_thread(site.process.wait, 5)


class Deaf:
    """A client that opens a socket, and from then on neither reads nor answers."""

    def __init__(self, site: Site, reader: Api) -> None:
        self._socket = socket.create_connection(("127.0.0.1", site.port))
        headers = [
            "GET /ws/ HTTP/1.1",
            f"Host: 127.0.0.1:{site.port}",
            f"Authorization: Bearer {reader.token}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        self._socket.sendall("\r\n".join([*headers, "", ""]).encode())
        assert self._socket.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 101"

    def __enter__(self) -> "Deaf":
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.close()

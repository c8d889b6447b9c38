"""Two servers behind the real nginx, by the file that others are told to use: deploy/nginx.conf."""

import asyncio
import contextlib
import json
import signal
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from realtime_client import RealtimeClient
from tests.clients import Api, Json, Live
from tests.conftest import _sites
from tests.servers import Missing, Nginx, Postgres, Server, Site

LIMITS = {"REALTIME_MAX_CONNECTIONS_PER_USER": "500", "REALTIME_MAX_CONNECTIONS_PER_IP": "500"}
ROOMY = b'{"body": "%b"}' % (b"x" * 600_000)
VAST = b'{"body": "%b"}' % (b"x" * 2_000_000)


@pytest.fixture(scope="module")
def sites(
    server_folder: Callable[[str], Path],
    migrated_sqlite: Path,
    postgres_server: Postgres,
    redis_server: Server,
) -> Iterator[list[Site]]:
    """Two servers of one site, with PostgreSQL and Redis; the last test of this file ends them."""
    for start in _sites(server_folder, migrated_sqlite):
        url = postgres_server.migrated("two_servers")
        setting = {"database_url": url, "redis_url": redis_server.url, **LIMITS}
        yield [start(**setting), start(**setting)]


@pytest.fixture(scope="module")
def nginx(sites: list[Site], server_folder: Callable[[str], Path]) -> Iterator[Nginx]:
    try:
        server = Nginx(server_folder("nginx"), sites)
    except Missing as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.stop()


class Stream:
    """A browser's EventSource, by hand."""

    def __init__(self, url: str, token: str, cursor: str = "") -> None:
        self._request = urllib.request.Request(
            f"{url}/api/realtime/stream", headers={"Authorization": f"Bearer {token}"}
        )
        if cursor:
            self._request.add_header("Last-Event-ID", cursor)
        self._answer = urllib.request.urlopen(self._request, timeout=20)
        self._answer.readline()  # its first cursor: it is registered

    async def event(self) -> Json:
        """The next frame; raises EOFError where the stream ends before one comes."""
        return await asyncio.to_thread(self._event)

    def _event(self) -> Json:
        while line := self._answer.readline():
            if line.startswith(b"data: "):
                frame: Json = json.loads(line[6:])
                if "seq" in frame:
                    return frame
        raise EOFError

    def close(self) -> None:
        self._answer.close()


class Follower:
    """A client that stays: at each end of its socket it comes back with its cursor."""

    def __init__(self, url: str, reader: Api) -> None:
        self.bodies: list[str] = []
        self.client = RealtimeClient(f"{url}/ws/", headers=reader.bearer)

    async def follow(self) -> None:
        async for frame in self.client:
            if frame.seq is not None:
                self.bodies.append(frame.payload["post"]["body"])


@contextlib.asynccontextmanager
async def followers(url: str, reader: Api, count: int) -> AsyncIterator[list[Follower]]:
    all_of_them = [Follower(url, reader) for _ in range(count)]
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for one in all_of_them:
            await stack.enter_async_context(one.client)
            tasks.create_task(one.follow())
        yield all_of_them
        for one in all_of_them:
            await one.client.close()


async def test_behind_nginx_two_servers_are_one_for_every_transport(
    sites: list[Site], nginx: Nginx
) -> None:
    reader, start = await Api.register(nginx.url), None
    lives = [await Live.open(nginx.ws_url, reader.token) for _ in range(4)]
    streams = [await asyncio.to_thread(Stream, nginx.url, reader.token) for _ in range(2)]
    start = lives[0].cursor
    polls = [
        asyncio.create_task(reader.get("/api/realtime/poll", lastEventId=start, wait=20))
        for _ in range(2)
    ]
    for number in range(2):
        await reader.post("/api/posts", {"body": f"by nginx {number}"})
    frames = [await lives[0].event() for _ in range(2)]
    assert [frame["payload"]["post"]["body"] for frame in frames] == ["by nginx 0", "by nginx 1"]
    for live in lives[1:]:
        assert [await live.event() for _ in range(2)] == frames
    for stream in streams:  # they come at once: nothing waits for a buffer to fill
        assert [await stream.event() for _ in range(2)] == frames
        stream.close()
    for poll in polls:
        assert (await poll)["events"][0] == frames[0]
    for site in sites:  # each server had its share
        direct = Api(site.url, reader.token)
        assert (await direct.get("/api/realtime/poll", lastEventId=start))["events"] == frames

    # From one server to the other in mid-stream, and from one transport to another.
    middle = frames[0]["cursor"]
    for site in sites:
        back = await Live.open(site.ws_url, reader.token, f"/ws/?cursor={middle}")
        assert (await back.next())["payload"]["events"] == frames[1:]
        await back.close()
        resumed = await asyncio.to_thread(Stream, site.url, reader.token, middle)
        assert await resumed.event() == frames[1]
        resumed.close()
    for live in lives:
        await live.close()

    # What is too large is told by the site up to nginx's bound, and by nginx in the same words.
    for body in (ROOMY, VAST):
        status, answer = await reader.call("POST", "/api/posts", body)
        assert (status, answer["error"]["code"]) == (413, "too_large")
    nginx_has_no_error(nginx)


async def test_a_server_that_stops_behind_nginx_costs_no_client_an_error(
    sites: list[Site], nginx: Nginx
) -> None:
    reader = await Api.register(nginx.url)
    async with followers(nginx.ws_url, reader, 20) as clients:
        stop = asyncio.Event()
        traffic = [asyncio.create_task(_ask(reader, stop)) for _ in range(4)]
        said = [f"post {number}" for number in range(60)]
        for number, body in enumerate(said):
            if number == 15:
                leaving = sites[0].process
                assert leaving is not None
                sites[0].signal(signal.SIGTERM)
            await reader.post("/api/posts", {"body": body})
        await asyncio.to_thread(leaving.wait, 30)
        async with asyncio.timeout(20):
            for client in clients:
                while len(client.bodies) < len(said):
                    await asyncio.sleep(0.05)
        stop.set()
        answers = [status for task in traffic for status in await task]
        assert [client.bodies for client in clients] == [said] * len(clients)
        assert set(answers) == {200}
        ends = sum((one.client.ends for one in clients), Counter())
        assert set(ends) == {4200}
        assert 5 <= ends[4200] <= 15  # those of the one server, once each
        # And with none left it is said in the API's own form.
        sites[1].signal(signal.SIGTERM)
        await asyncio.to_thread(sites[1].process.wait, 30)
        status, answer = await reader.call("GET", "/api/posts")
        assert (status, answer["error"]["code"]) == (503, "unavailable")


async def _ask(reader: Api, stop: asyncio.Event) -> list[int]:
    """Statuses of what a page asks for, again and again."""
    statuses = []
    while not stop.is_set():
        for path in ("/api/posts?limit=1", "/api/realtime/poll", "/login/"):
            statuses.append((await reader.call("GET", path))[0])
    return statuses


def nginx_has_no_error(nginx: Nginx) -> None:
    """What it could not do with a server is in a file of its own."""
    lines = (nginx.folder / "error.log").read_text().splitlines()
    assert [line for line in lines if "upstream" in line] == []

"""A process as its supervisor sees it: ready or not, refusing what cannot work, ending well."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.processes import family
from tests.clients import Api, Live
from tests.conftest import StartSite
from tests.servers import ROOT, Missing, Postgres, Redis, Server


async def test_it_is_ready_while_it_serves_and_its_sockets_are_sent_elsewhere_at_the_end(
    start_site: StartSite,
) -> None:
    site = start_site()
    reader = await Api.register(site.url)
    assert await reader.call("GET", "/healthz") == (200, {"status": "ok"})
    assert await reader.call("GET", "/readyz") == (
        200,
        {"status": "ok", "database": "ok", "log": "ok", "layer": "in this process alone"},
    )
    live = await Live.open(site.ws_url, reader.token)
    site.signal(signal.SIGTERM)
    bye = await live.next()
    assert (bye["type"], bye["payload"]["code"]) == ("bye", 4200)
    await live.socket.wait_closed()
    assert live.socket.close_code == 4200
    assert site.process is not None
    assert await asyncio.to_thread(site.process.wait, 20) in (0, -signal.SIGTERM)


async def test_with_redis_gone_it_is_still_ready_and_events_still_come(
    start_site: StartSite, server_folder: Callable[[str], Path]
) -> None:
    redis = Redis(server_folder("redis"))
    redis.start()
    try:
        site = start_site(redis_url=redis.url)
        reader = await Api.register(site.url)
        live = await Live.open(site.ws_url, reader.token)
        assert (await reader.get("/readyz"))["layer"] == "ok"
        redis.kill()
        await reader.post("/api/posts", {"body": "without Redis"})
        assert (await live.event())["payload"]["post"]["body"] == "without Redis"
        status, answer = await reader.call("GET", "/readyz")
        assert (status, answer["database"], answer["log"]) == (200, "ok", "ok")
        assert answer["layer"].startswith("unreachable")
        await live.close()
    finally:
        redis.stop()


async def test_it_ends_although_redis_went_away_with_it(
    start_site: StartSite, server_folder: Callable[[str], Path]
) -> None:
    redis = Redis(server_folder("redis"))
    redis.start()
    try:
        site = start_site(redis_url=redis.url)
        assert site.process is not None
        redis.signal(signal.SIGTERM)
        site.signal(signal.SIGTERM)
        assert await asyncio.to_thread(site.process.wait, 20) in (0, -signal.SIGTERM)
    finally:
        redis.stop()


async def test_with_postgresql_gone_requests_are_told_so_soon_and_sockets_stay_for_what_follows(
    start_site: StartSite, server_folder: Callable[[str], Path]
) -> None:
    try:
        postgres = Postgres(server_folder("postgres"))
    except Missing as missing:
        pytest.skip(str(missing))
    postgres.start()
    try:
        site = start_site(database_url=postgres.migrated("site"))
        writer = await Api.register(site.url)
        live = await Live.open(site.ws_url, writer.token)
        postgres.stop()
        for path in ("/api/posts", "/api/realtime/poll", "/api/realtime/stream"):
            for _ in range(2):
                asked_at = time.monotonic()
                status, answer = await writer.call("GET", path)
                assert (status, answer["error"]["code"]) == (503, "unavailable")
                assert time.monotonic() - asked_at < 8
        postgres.log_file.unlink()
        postgres.start()
        async with asyncio.timeout(5):
            while (await writer.call("POST", "/api/posts", {"body": "it is back"}))[0] != 201:
                pass
        assert (await live.event())["payload"]["post"]["body"] == "it is back"
        await live.close()
        postgres.stop()  # unnoticed by whoever does not ask in the meantime
        postgres.log_file.unlink()
        postgres.start()
        answers = await asyncio.gather(*(writer.call("GET", "/api/posts") for _ in range(8)))
        assert {status for status, _answer in answers} == {200}
    finally:
        postgres.stop()


def serve(site_folder: Path, *arguments: str, **environment: str) -> str:
    """What ``manage.py serve`` says when it refuses."""
    env = {"PATH": "/usr/bin:/bin", "DATABASE_URL": f"sqlite:///{site_folder}/new.sqlite3"}
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=env | environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ([], {}, "SECRET_KEY is missing"),
        ([], {"DEBUG": "1", "WORKERS": "2"}, "Set REDIS_URL"),
        ([], {"DEBUG": "1"}, "run `./run manage migrate`"),
        ([], {"DEBUG": "1", "DATABASE_URL": "postgres://u@127.0.0.1:1/x"}, "does not answer"),
        (["--workers", "0"], {"DEBUG": "1"}, "at least 1"),
        (["--workers", "2"], {"DEBUG": "1"}, "set REDIS_URL"),
        ([], {"DEBUG": "perhaps"}, "set it to 1 or 0"),
        ([], {"DEBUG": "1", "REALTIME_PING_INTERVAL": "soon"}, "PING_INTERVAL"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    assert said in serve(tmp_path, *arguments, **environment)


async def test_workers_share_a_port_and_serve_the_same_events(
    start_site: StartSite, redis_server: Server
) -> None:
    site = start_site(redis_url=redis_server.url, workers="2")
    reader = await Api.register(site.url)
    sockets = [await Live.open(site.ws_url, reader.token) for _ in range(6)]
    await reader.post("/api/posts", {"body": "to all workers"})
    frames = [await live.event() for live in sockets]
    assert all(frame == frames[0] for frame in frames)
    for live in sockets:
        await live.close()


async def test_the_threads_of_a_server_share_one_heap(
    start_site: StartSite, postgres_server: Postgres, redis_server: Server
) -> None:
    """What is free in a heap of one thread is of no use to another: memory grows for weeks."""
    site = start_site(
        database_url=postgres_server.migrated("heap"), redis_url=redis_server.url, workers="2"
    )
    reader = await Api.register(site.url)
    await asyncio.gather(*(reader.get("/api/posts") for _ in range(40)))
    assert site.process is not None
    processes = family(site.process.pid)
    assert len(processes) >= 3
    assert all(thread_heaps(pid) == 0 for pid in processes)
    assert thread_heaps(os.getpid()) > 0  # there are some to be seen where nobody sees to it


async def test_streams_and_polls_that_wait_hold_no_thread(start_site: StartSite) -> None:
    """Each had one, which did nothing: as many threads as readers without a socket."""
    site = start_site()
    reader = await Api.register(site.url)
    cursor = (await reader.get("/api/realtime/poll"))["cursor"]
    assert site.process is not None
    threads = Path(f"/proc/{site.process.pid}/task")
    before = len(list(threads.iterdir()))
    paths = [f"/api/realtime/poll?lastEventId={cursor}&wait=20"] * 8
    paths += ["/api/realtime/stream"] * 8
    head = f"Host: 127.0.0.1\r\nAuthorization: {reader.bearer['Authorization']}\r\n\r\n"
    async with AsyncExitStack() as stack:
        for path in paths:
            answer, request = await asyncio.open_connection("127.0.0.1", site.port)
            stack.callback(request.close)
            request.write(f"GET {path} HTTP/1.1\r\n{head}".encode())
            if path.endswith("stream"):
                await answer.readuntil(b"id: ")
        await asyncio.sleep(1)  # for the polls, which say nothing when they begin to wait
        # Those who read the database begin with the first work.
        assert len(list(threads.iterdir())) <= before + 5


def thread_heaps(pid: int) -> int:
    """How many heaps of threads glibc keeps there.

    Each is 64 MiB at a multiple of 64 MiB: first what may be written, then what may not yet be.
    """
    size = 64 << 20
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    maps = [
        (*(int(edge, 16) for edge in line.split()[0].split("-")), line.split()[1], line.split()[4])
        for line in lines
    ]
    return sum(
        start % size == 0
        and rights == "rw-p"
        and inode == "0"
        and (middle, "---p") == (following, others)
        and end == start + size
        for (start, middle, rights, inode), (following, end, others, _) in pairwise(maps)
    )

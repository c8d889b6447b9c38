"""``./run bench soak``: thousands of visitors, good and bad, for half an hour, and what is left.

One server on PostgreSQL and Redis. Sockets come, go, post, freeze, flood and misbehave
(``crowd.py``); memory, tasks, rooms and connections are looked at every five seconds. When all have
gone, the server must hold what it held before they came, and its memory must have stopped growing.
Writes ``benchmarks/results/soak.json`` and a plot of the memory.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import redis
import uvloop
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.compare import RESULTS, machine
from benchmarks.crowd import Crowd
from benchmarks.latency import base_folder, databases, make_site, people
from benchmarks.plot import timeline
from benchmarks.processes import coarse_cpu_seconds, family, go_first, resident_kib
from benchmarks.writer import Writer
from presence.redis_store import PREFIX
from realtime.ring import MAX_EVENTS
from tests.servers import Postgres, Redis, Site

#: Seconds between two looks.
LOOK = 5
#: The users; each has several tabs.
USERS = 400
#: MiB that memory may grow in ten minutes, over the last half of the time.
SLOPE = 1.0
#: Minutes from which on a slope says something: until then caches and pools fill.
LONG_ENOUGH = 20
#: Seconds for what the last have left: a socket that froze is found out after 45.
PATIENCE = 60
#: Of what is counted inside, what a process may keep when all have gone; nothing else may be more
#: than before they came. Threads and pooled connections come with the first work, and stay.
KEPT = {"threads": 40, "descriptors": 40, "addresses": 5}
SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.inside_settings", "LOG_LEVEL": "WARNING"}


class Watched:
    """The server with its databases, as the looks see it."""

    def __init__(self, site: Site, postgres: Postgres, redis_server: Redis) -> None:
        self.site, self._postgres = site, postgres
        self._redis = redis.Redis.from_url(redis_server.url)

    def look(self) -> dict[str, float]:
        """What it holds now."""
        assert self.site.process is not None
        processes = family(self.site.process.pid)
        with urllib.request.urlopen(f"{self.site.url}/inside", timeout=30) as answer:
            inside: dict[str, float] = json.load(answer)
        with psycopg.connect(self._postgres.url("postgres")) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = 'site'"
            ).fetchone()
        assert row is not None
        return inside | {
            "memory": round(resident_kib(processes) / 1024, 2),
            "cpu": round(coarse_cpu_seconds(processes), 1),
            "online": int(self._redis.zcard(f"{PREFIX}:online")),
            "database": int(row[0]),
        }


def main(arguments: Sequence[str]) -> int:
    """1 when something was left behind, grew without an end, or went wrong."""
    parser = argparse.ArgumentParser(prog="./run bench soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--visitors", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    go_first()
    with ExitStack() as stack:
        base = base_folder(stack)
        postgres, redis_server = databases(stack, base)
        site = make_site(base / "site", postgres.database("site"), redis_server, **SETTINGS)
        site.manage("migrate", "--verbosity", "0")
        tokens = people(site, USERS)
        stack.callback(site.stop)
        site.start()
        _fill_the_ring(site, tokens[0])
        found = uvloop.run(_play(Watched(site, postgres, redis_server), tokens, options))
        found["tracebacks"] = site.log().count("Traceback")
        (base / "log").write_text(site.log())
        if found["tracebacks"]:
            print(site.log()[-5_000:])
    _tell(found)
    return int(bool(found["left"] or found["tracebacks"] or found["grows"]))


def _fill_the_ring(site: Site, token: str) -> None:
    """Write what the ring holds at most, so that it grows no more.

    Somebody reads it: an event that was sent is kept with its frame, which is most of it.
    """
    command = [sys.executable, "-m", "benchmarks.peers.ours_writer", "200", "public"]
    headers = {"Authorization": f"Bearer {token}"}
    with (
        connect(f"{site.ws_url}/ws/", additional_headers=headers, proxy=None) as reader,
        Writer(command, env=site.env) as writer,
    ):
        threading.Thread(target=_read, args=(reader,), daemon=True).start()
        writer.begin(MAX_EVENTS, burst=50, interval=0.1)
        writer.done()


def _read(reader: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        for _frame in reader:
            pass


async def _play(
    watched: Watched, tokens: Sequence[str], options: argparse.Namespace
) -> dict[str, Any]:
    before = await asyncio.to_thread(watched.look)
    crowd = Crowd(watched.site.port, tokens, options.visitors, options.seed)
    living = asyncio.create_task(crowd.live())
    begun, samples = time.monotonic(), []
    while time.monotonic() < begun + options.minutes * 60:
        await asyncio.sleep(LOOK)
        samples.append(await asyncio.to_thread(watched.look))
        samples[-1]["second"] = round(time.monotonic() - begun, 1)
        print(f"\r{_line(samples[-1])}", end="", flush=True)
    crowd.over.set()
    await living  # who reads goes on until they have read enough
    after = await _settled(watched, before)
    slope = _slope([(one["second"], one["memory"]) for one in samples[len(samples) // 2 :]])
    return {
        "visitors": options.visitors,
        "minutes": options.minutes,
        "seed": options.seed,
        "deeds": dict(crowd.deeds),
        "answers": dict(crowd.answers),
        "cores": round((samples[-1]["cpu"] - samples[0]["cpu"]) / samples[-1]["second"], 2),
        "before": before,
        "after": after,
        "left": _left(before, after),
        "slope": round(slope * 600, 2),
        "grows": options.minutes >= LONG_ENOUGH and slope * 600 >= SLOPE,
        "samples": samples,
    }


async def _settled(watched: Watched, before: dict[str, float]) -> dict[str, float]:
    """What it holds when all have gone, at the latest after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    after = await asyncio.to_thread(watched.look)
    while _left(before, after) and time.monotonic() < deadline:
        await asyncio.sleep(1)
        after = await asyncio.to_thread(watched.look)
    return after


def _left(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What there is more of than may be."""
    counted = before.keys() - {"memory", "cpu", "database"}
    more = {name: after[name] - before[name] - KEPT.get(name, 0) for name in counted}
    # The pool's, and the hub's threads.
    more["database"] = after["database"] - 24
    return {name: count for name, count in sorted(more.items()) if count > 0}


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """MiB a second, by least squares."""
    count = len(points)
    x = sum(second for second, _ in points) / count
    y = sum(memory for _, memory in points) / count
    spread = sum((second - x) ** 2 for second, _ in points)
    return sum((second - x) * (memory - y) for second, memory in points) / (spread or 1)


def _line(sample: dict[str, float]) -> str:
    names = ("second", "memory", "sockets", "connections", "rooms", "tasks", "database")
    return "  ".join(f"{name} {sample[name]:g}" for name in names) + "   "


def _tell(found: dict[str, Any]) -> None:
    """Print it, and write it with its plot."""
    print()
    for name, value in found.items():
        if name != "samples":
            print(f"{name:<12} {value}")
    text = msgspec.json.format(msgspec.json.encode({"machine": machine(), **found}), indent=1)
    points = [(one["second"] / 60, one["memory"]) for one in found["samples"]]
    title = f"Memory of a server with {found['visitors']:,} visitors, good and bad: MiB"
    for path, content in (
        (RESULTS / "soak.json", text.decode() + "\n"),
        (RESULTS / "soak.svg", timeline(title, "minutes", [("MiB", _thinned(points))])),
    ):
        _write(path, content)


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """So few that a plot can name them."""
    step = max(1, len(points) // 15)
    return [(round(x, 1), y) for x, y in points[::step]]


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

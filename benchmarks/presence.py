"""``python -m benchmarks.presence``: thousands come online; what their readers get, what it costs.

A server process on a real Redis, with sockets in ``presence``; then users come online evenly over
some seconds. They come at another process, which this one plays towards Redis, so that what is
measured is presence and not handshakes. Counted are the frames that each reader gets in each
second, the CPU of server and Redis, and Redis' commands. Prints a table, and writes the same as
JSON into ``data/benchmarks/``.
"""

import argparse
import asyncio
import base64
import json
import os
import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import redis

from benchmarks.processes import cpu_seconds
from presence.node import Node
from presence.redis_store import PREFIX, RedisStore
from presence.store import WINDOW_MS
from realtime.keys import uuid7
from tests.servers import ROOT, Redis, Site

RESULTS = ROOT / "data" / "benchmarks" / "presence.json"
#: Seconds after the last user came in which all frames must have arrived.
PATIENCE_SECONDS = 20.0
#: Seconds without any news, for comparison.
IDLE_SECONDS = 5.0
#: Handshakes under way at once while the readers gather.
CROWD = 50

MAKE_READER = """
from accounts.actions import register
from accounts.logins import open_login
print(open_login(register("bench", "a-benchmark-of-2026")).access)
"""


@dataclass(frozen=True)
class Result:
    """What was measured while the users came."""

    users: int
    readers: int
    seconds: float
    #: Frames of presence that one reader got, on average and in the busiest second of any.
    frames_per_second: float
    most_frames_in_a_second: int
    #: Users in all the frames of the reader who heard least: all of them, if nothing was lost.
    users_heard_of: int
    megabytes_per_second: float
    server_cpu_percent: float
    redis_cpu_percent: float
    #: Beats that the server sent, and all commands that ran, within them too.
    redis_calls_per_second: float
    redis_inner_commands_per_second: float
    #: The same when all are online and nobody comes or goes.
    idle_server_cpu_percent: float
    idle_redis_calls_per_second: float
    idle_redis_inner_commands_per_second: float


class Reader(asyncio.Protocol):
    """A socket that counts its frames and decodes nothing, so as to leave the CPU to the server."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._data = b""
        self._is_open = False
        self.welcome = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.users = 0
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        transport.write(
            f"GET /ws/presence/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._is_open:
            _answer, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            self._is_open, self._data = True, rest
        while (end := _frame_end(self._data)) is not None:
            self._frame(self._data[:end])
            self._data = self._data[end:]

    def _frame(self, frame: bytes) -> None:
        if b'"type":"user:online"' in frame[:40]:
            # When the server sent it: here it may have waited for others' turns.
            sent = frame[frame.index(b'"ts":"') + 6 :][:24].decode()
            self.times.append(datetime.fromisoformat(sent).timestamp())
            self.users += frame.count(b'"userId"')
            self.bytes += len(frame)
        elif b'"type":"connect"' in frame[:40]:
            self.welcome.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.welcome.done():
            self.welcome.set_exception(error or ConnectionError("the handshake was refused"))


def _frame_end(data: bytes) -> int | None:
    """Where the first frame in ``data`` ends; None when it is not whole. Servers do not mask."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length > 125:
        start = 4 if length == 126 else 10
        length = int.from_bytes(data[2:start])
    end = start + length
    return end if len(data) >= end >= start and len(data) >= start else None


@dataclass
class Meter:
    """Counters of server and Redis, read twice."""

    site: Site
    client: "redis.Redis"
    started: dict[str, float] = field(default_factory=dict)

    def read(self) -> dict[str, float]:
        assert self.site.process is not None
        info: dict[str, Any] = self.client.info("all")
        inner = sum(stats["calls"] for name, stats in info.items() if name.startswith("cmdstat_"))
        return {
            "at": time.monotonic(),
            "server": cpu_seconds([self.site.process.pid]) or 0.0,
            "redis": info["used_cpu_user"] + info["used_cpu_sys"],
            "calls": info.get("cmdstat_evalsha", {}).get("calls", 0),
            "inner": inner,
        }

    def is_told(self) -> bool:
        """Whether somebody is online, and nobody is still to be told of."""
        return bool(self.client.zcard(f"{PREFIX}:online")) and not self.client.exists(
            f"{PREFIX}:came"
        )

    def start(self) -> None:
        self.started = self.read()

    def rates(self) -> dict[str, float]:
        """Each counter's growth per second since the start."""
        now = self.read()
        seconds = now["at"] - self.started["at"]
        return {name: (now[name] - self.started[name]) / seconds for name in now}


async def measure(site: Site, server: Redis, reader: str, options: argparse.Namespace) -> Result:
    """Let the readers gather, all with the token ``reader``; then the users come."""
    gathered = await _gather(site, reader, options.readers)
    meter = Meter(site, redis.Redis.from_url(server.url))
    await _until(meter.is_told, 30)
    for one in gathered:
        one.times, one.users, one.bytes = [], 0, 0
    meter.start()
    begun = time.monotonic()
    await _come(server.url, options.users, options.seconds)
    took = time.monotonic() - begun
    rates = meter.rates()
    with suppress(TimeoutError):
        await _until(lambda: all(one.users >= options.users for one in gathered), PATIENCE_SECONDS)
    meter.start()
    await asyncio.sleep(IDLE_SECONDS)
    idle = meter.rates()
    for one in gathered:
        one.transport.abort()
    return _result(gathered, options.users, took, rates, idle)


async def _come(url: str, users: int, seconds: float) -> None:
    """Users come at a node that this process plays: it beats as a server would."""
    node = Node(RedisStore(url))
    begun, known = time.monotonic(), 0
    while known < users:
        due = min(users, int(users * (time.monotonic() - begun) / seconds))
        for number in range(known, due):
            node.come(str(number), str(uuid7()))
        known = due
        await node.beat()
        await asyncio.sleep(WINDOW_MS / 1000)


async def _gather(site: Site, token: str, count: int) -> list[Reader]:
    readers: list[Reader] = []
    for start in range(0, count, CROWD):
        number = min(CROWD, count - start)
        readers += await asyncio.gather(*(_open(site, token) for _ in range(number)))
    return readers


async def _open(site: Site, token: str) -> Reader:
    loop = asyncio.get_running_loop()
    _transport, reader = await loop.create_connection(lambda: Reader(token), "127.0.0.1", site.port)
    await reader.welcome
    return reader


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def _result(
    readers: list[Reader],
    users: int,
    seconds: float,
    rates: dict[str, float],
    idle: dict[str, float],
) -> Result:
    return Result(
        users=users,
        readers=len(readers),
        seconds=round(seconds, 2),
        frames_per_second=round(sum(len(one.times) for one in readers) / len(readers) / seconds, 2),
        most_frames_in_a_second=max(_busiest_second(one.times) for one in readers),
        users_heard_of=min(one.users for one in readers),
        megabytes_per_second=round(sum(one.bytes for one in readers) / seconds / 1e6, 1),
        server_cpu_percent=round(100 * rates["server"], 1),
        redis_cpu_percent=round(100 * rates["redis"], 1),
        redis_calls_per_second=round(rates["calls"], 1),
        redis_inner_commands_per_second=round(rates["inner"], 1),
        idle_server_cpu_percent=round(100 * idle["server"], 1),
        idle_redis_calls_per_second=round(idle["calls"], 1),
        idle_redis_inner_commands_per_second=round(idle["inner"], 1),
    )


def _busiest_second(times: list[float]) -> int:
    return max((sum(0 <= later - first < 1 for later in times) for first in times), default=0)


def table(result: Result) -> str:
    """The result, for a terminal."""
    rows = asdict(result).items()
    return "\n".join(f"{name.replace('_', ' '):<38}{value:>12}" for name, value in rows)


def main() -> None:
    options = _options()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        server = Redis(folder)
        limit = str(options.readers + 1)
        limits = {f"REALTIME_MAX_CONNECTIONS_PER_{one}": limit for one in ("USER", "IP")}
        site = Site(folder, f"sqlite:///{name}/site.sqlite3", REDIS_URL=server.url, **limits)
        server.start()
        try:
            site.manage("migrate", "--verbosity", "0")
            reader = site.shell(MAKE_READER).strip()
            site.start()
            result = asyncio.run(measure(site, server, reader, options))
        finally:
            site.stop()
            server.stop()
    print(table(result))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), **asdict(result)}, indent=2) + "\n")
    print(f"\nWritten: {RESULTS}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.presence", description=__doc__)
    parser.add_argument("--users", type=int, default=5_000, help="who come online")
    parser.add_argument("--readers", type=int, default=1_000, help="sockets in `presence`")
    parser.add_argument("--seconds", type=float, default=10, help="over which they come")
    return parser.parse_args()


if __name__ == "__main__":
    main()

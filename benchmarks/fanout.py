"""One post to many sockets: the time from the request to each frame, and the server's CPU.

A client beside a real server process: requests by REST, frames by the ``websockets`` package.
"""

import asyncio
import json
import math
import os
import time
import urllib.request
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.servers import Site

PASSWORD = "a-benchmark-of-2026"
#: Seconds in which all frames of a post must have come.
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Round:
    """What was measured with one number of sockets."""

    sockets: int
    deliveries: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    #: Milliseconds of the server's CPU per post; None where the system does not tell.
    cpu_ms: float | None


async def measure(site: Site, sockets: Iterable[int], posts: int) -> list[Round]:
    """One round for each number of sockets."""
    token = _request(site, "auth/register", {"username": "bench", "password": PASSWORD})["access"]
    rounds = []
    for number in sockets:
        async with AsyncExitStack() as stack:
            listeners = [
                await stack.enter_async_context(
                    connect(
                        f"{site.ws_url}/ws/",
                        additional_headers={"Authorization": f"Bearer {token}"},
                    )
                )
                for _ in range(number)
            ]
            await asyncio.gather(*(_next(one, "connect") for one in listeners))
            rounds.append(await _round(site, token, listeners, posts))
    return rounds


async def _round(site: Site, token: str, listeners: list[ClientConnection], posts: int) -> Round:
    assert site.process is not None
    times: list[float] = []
    before = _cpu_seconds(site.process.pid)
    for number in range(posts):
        heard = asyncio.gather(*(_next(one, "post:created") for one in listeners))
        start = time.perf_counter()
        await asyncio.to_thread(_request, site, "posts", {"body": f"Post {number}"}, token)
        times += [1000 * (at - start) for at in await heard]
    after = _cpu_seconds(site.process.pid)
    times.sort()
    cpu = None if before is None or after is None else 1000 * (after - before) / posts
    return Round(
        sockets=len(listeners),
        deliveries=len(times),
        p50_ms=quantile(times, 0.50),
        p99_ms=quantile(times, 0.99),
        max_ms=times[-1],
        cpu_ms=cpu,
    )


async def _next(socket: ClientConnection, kind: str) -> float:
    """When the next frame of this type came."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while json.loads(await socket.recv())["type"] != kind:
            pass
    return time.perf_counter()


def quantile(ascending: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def _cpu_seconds(pid: int) -> float | None:
    """User and system time of a process so far."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    # The name in parentheses may hold spaces; utime and stime are the 12th and 13th after it.
    words = stat.read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _request(site: Site, path: str, body: dict[str, str], token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{site.url}/api/{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)

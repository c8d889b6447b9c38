"""``./run bench fairness``: how long others wait while bursts go out to very many sockets.

This project on Redis. While 100 events at once go to every socket, again and again, three things
are asked for without a pause: ``/healthz`` by a new connection, the answer to a heartbeat, and a
new socket's ``connect``. Writes ``benchmarks/results/fairness.json``.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.client import Client, build
from benchmarks.compare import RESULTS, machine
from benchmarks.peers.ours import OursOnRedis
from benchmarks.processes import go_first
from benchmarks.scaling import PEOPLE
from realtime_client import RealtimeClient

BURST_EVENTS = 100
#: Between two questions of a kind.
PAUSE_SECONDS = 0.01

Waits = dict[str, list[float]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench fairness", description=__doc__)
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--bursts", type=int, default=5)
    options = parser.parse_args()
    build()
    go_first()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        peer = OursOnRedis(Path(folder), PEOPLE)
        try:
            peer.start()
            with Client(peer.port, options.sockets, peer.client(1)) as client:
                client.report()
                quiet = probing(peer, lambda: time.sleep(3))
                busy = probing(peer, lambda: burst(peer, client, options))
        finally:
            peer.stop()
    found = {
        "machine": machine(),
        "sockets": options.sockets,
        "burst_events": BURST_EVENTS,
        "idle": summary(quiet),
        "in_bursts": summary(busy),
    }
    for when in ("idle", "in_bursts"):
        for kind, figures in found[when].items():
            print(f"{when:<10} {kind:<10} {figures}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(found), indent=1)
    (RESULTS / "fairness.json").write_bytes(text + b"\n")
    return 0


def burst(peer: OursOnRedis, client: Client, options: argparse.Namespace) -> None:
    """Bursts, each after the one before has reached everybody."""
    with peer.writer(1) as writer:
        for _ in range(options.bursts):
            writer.begin(BURST_EVENTS, burst=BURST_EVENTS)
            writer.done()
            client.until(BURST_EVENTS * options.sockets, 60)


def probing(peer: OursOnRedis, meanwhile: Callable[[], None]) -> Waits:
    """What waited for how many seconds while that ran."""
    over, waits = threading.Event(), Waits()
    thread = threading.Thread(target=lambda: asyncio.run(probe(peer, over, waits)))
    thread.start()
    try:
        meanwhile()
    finally:
        over.set()
        thread.join()
    return waits


async def probe(peer: OursOnRedis, over: threading.Event, waits: Waits) -> None:
    """Ask for all three, side by side, until it is over."""
    with suppress(PermissionError):  # before the load client, with which we share a core
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -20)
    url = f"ws://127.0.0.1:{peer.port}/ws/notifications/"
    bearer = {"Authorization": f"Bearer {peer.tokens[1]}"}
    async with RealtimeClient(url, headers=bearer) as client:

        async def join() -> None:
            async with RealtimeClient(url, headers=bearer):
                pass

        kinds: dict[str, Callable[[], Awaitable[Any]]] = {
            "http": lambda: healthz(peer.port),
            "heartbeat": lambda: client.emit("heartbeat", seconds=60),
            "handshake": join,
        }
        await asyncio.gather(*(again(over, waits.setdefault(k, []), kinds[k]) for k in kinds))


async def again(
    over: threading.Event, waits: list[float], ask: Callable[[], Awaitable[Any]]
) -> None:
    while not over.is_set():
        begin = time.perf_counter()
        await ask()
        waits.append(time.perf_counter() - begin)
        await asyncio.sleep(PAUSE_SECONDS)


async def healthz(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert b" 200 " in await reader.readline()
    await reader.read()
    writer.close()


def summary(waits: Waits) -> dict[str, dict[str, float]]:
    """In milliseconds."""
    return {
        kind: {
            "count": len(times),
            "p50_ms": round(1e3 * sorted(times)[len(times) // 2], 1),
            "p99_ms": round(1e3 * sorted(times)[int(len(times) * 0.99)], 1),
            "most_ms": round(1e3 * max(times), 1),
        }
        for kind, times in waits.items()
    }


if __name__ == "__main__":
    sys.exit(main())

"""``./run bench scaling``: what the cost of a delivery grows with, and what it does not.

This project on Redis, written by another process. Four curves: sockets, rooms, idle sockets and
server processes. Writes ``benchmarks/results/scaling.json`` and a plot of each curve.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.client import Client, build
from benchmarks.compare import RESULTS, machine
from benchmarks.peers.ours import OursOnRedis
from benchmarks.plot import lines
from benchmarks.processes import cpu_seconds, family, go_first

#: Users behind the sockets, which share them.
PEOPLE = 1000
#: Events a second, and how many deliveries are enough to be measured.
INTERVAL_SECONDS = 0.05
DELIVERIES = 50_000
MAX_EVENTS = 200

#: x and the CPU microseconds per delivery.
Point = tuple[int, float]


def main(arguments: Sequence[str]) -> int:
    """Measures the curves that were asked for, and writes all that there are."""
    parser = argparse.ArgumentParser(prog="./run bench scaling", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(CURVES), default=list(CURVES))
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER")
    options = parser.parse_args(arguments)
    build()
    go_first()
    file = options.into / "scaling.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in options.only:
        title, curve = CURVES[name]
        points = []
        for point in curve():
            print(f"{name} {point[0]:,}: {point[1]:.2f} µs", flush=True)
            points.append(point)
        results[name] = {"title": title, "points": points}
        results["machine"] = machine()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results, indent=1) + "\n")
        svg = lines(title, name, [("µs", [(max(1, x), y) for x, y in points])])
        (options.into / f"scaling-{name}.svg").write_text(svg)
    return 0


def by_sockets() -> Iterator[Point]:
    """Every socket gets every event."""
    with running() as peer:
        for sockets in (10, 100, 1000, 3000, 10_000):
            with Client(peer.port, sockets, peer.client(1)) as client:
                client.report()
                yield sockets, cost(peer, client, sockets)
            time.sleep(2)


def by_rooms() -> Iterator[Point]:
    """A thousand sockets get every event, and are in so many other rooms in all."""
    with running() as peer:
        for rooms in (1, 10, 100, 1000, 10_000):
            values = peer.folder / "values.txt"
            values.write_text("".join(f"r{number}x\n" for number in range(min(rooms, 1000))))
            joins = [
                f'{{"type":"room:join","id":"j","payload":{{"room":"hashtag:{{}}{number}"}}}}'
                for number in range(max(1, rooms // 1000))
            ]
            more = ["--values", str(values), "--joined", '"type":"ack"']
            more += [word for join in joins for word in ("--join", join)]
            with Client(peer.port, 1000, [*peer.client(1), *more]) as client:
                client.report()
                yield rooms, cost(peer, client, 1000)
            time.sleep(2)


def by_idle_sockets() -> Iterator[Point]:
    """A hundred sockets get every event, the others none: they are for notifications."""
    with running() as peer:
        for idle in (0, 1000, 3000, 9000):
            with ExitStack() as stack:
                if idle:
                    elsewhere = ["--path", "/ws/notifications/"]
                    others = Client(peer.port, idle, [*peer.client(1), *elsewhere])
                    stack.enter_context(others).report()
                client = stack.enter_context(Client(peer.port, 100, peer.client(1)))
                client.report()
                yield idle, cost(peer, client, 100)
            time.sleep(2)


def by_processes() -> Iterator[Point]:
    """A thousand sockets in so many processes, all on one core."""
    for processes in (1, 2, 3, 4):
        with running(processes) as peer, Client(peer.port, 1000, peer.client(1)) as client:
            client.report()
            yield processes, cost(peer, client, 1000)


CURVES: dict[str, tuple[str, Callable[[], Iterator[Point]]]] = {
    "sockets": ("Server CPU per delivery, µs, by sockets", by_sockets),
    "rooms": ("Server CPU per delivery, µs, by rooms (1,000 sockets)", by_rooms),
    "idle": ("Server CPU per delivery to 100 sockets, µs, by idle sockets beside", by_idle_sockets),
    "processes": ("Server CPU per delivery, µs, by processes on one core", by_processes),
}


@contextmanager
def running(processes: int = 1) -> Iterator[OursOnRedis]:
    """A site with Redis, on the server's core."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        peer = OursOnRedis(Path(folder), PEOPLE)
        peer.workers = processes
        try:
            peer.start()
            yield peer
        finally:
            peer.stop()


def cost(peer: OursOnRedis, client: Client, readers: int) -> float:
    """CPU microseconds of all server processes per delivery."""
    events = max(40, min(MAX_EVENTS, DELIVERIES // readers))
    with peer.writer(1) as writer:
        writer.begin(3, interval=0.2)
        writer.done()
        client.until(3 * readers, 5)
        before = _cpu(peer)
        # Ten thousand deliveries take their time: no more than half of the core.
        writer.begin(events, interval=max(INTERVAL_SECONDS, readers * 40e-6))
        writer.done()
        report: dict[str, Any] = client.until(events * readers, 60)
        after = _cpu(peer)
    if report["events"] != events * readers:
        print(f"  of {events * readers} only {report['events']} came", file=sys.stderr)
    delivered: int = report["events"]
    return round(1e6 * (after - before) / delivered, 2)


def _cpu(peer: OursOnRedis) -> float:
    assert peer.server is not None and peer.server.process is not None
    return cpu_seconds(family(peer.server.process.pid))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

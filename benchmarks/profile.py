"""``./run bench profile``: where the time of a delivery, a handshake and an event's way goes.

One server with 1,000 readers as in the comparison, looked at by py-spy: each look at the thread
that holds the interpreter counts for the innermost frame that belongs to one of ``PARTS``. Writes
``benchmarks/results/profile.md``. Needs root, or the right to trace processes.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.client import Client, build
from benchmarks.compare import RESULTS
from benchmarks.peers.http_writer import OUR_BODY_BYTES
from benchmarks.peers.ours import OursOnRedis
from benchmarks.peers.peer import CACHE
from benchmarks.processes import go_first
from tests.servers import ROOT

SOCKETS = 1_000
#: Events of the moderate rate, and the seconds between two; times that all connect.
EVENTS, INTERVAL, TIMES = 200, 0.05, 4
PY_SPY = "py-spy==0.4.1"
LOOKS_PER_SECOND = 200
#: What a frame belongs to: the first that is in its file's path. A frame of none of them (the
#: standard library, asgiref) counts for who called it.
PARTS = {
    "log lines": ("/logging/", "realtime/logs.py", "realtime/access.py"),
    "database": ("django/db/", "realtime/database.py"),
    "tokens": ("jwt/", "rest_framework_simplejwt/", "accounts/logins.py"),
    "Redis": ("redis/", "channels_redis/"),
    "HTTP of the handshake (uvicorn, httptools)": ("uvicorn/protocols/", "httptools/"),
    "websocket protocol": ("realtime/protocol.py", "realtime/wire.py"),
    "routing (Channels, Django)": ("channels/", "django/"),
    "writes": ("realtime/direct.py",),
    "fan-out": ("realtime/hub.py", "realtime/readers.py", "realtime/ring.py"),
    "handshake, limits and identity": (
        "realtime/handshake.py",
        "realtime/admission.py",
        "realtime/windows.py",
        "realtime/identities.py",
        "realtime/together.py",
    ),
    "the socket's consumer": ("realtime/", "realtime_site/"),
    "apps": ("accounts/", "posts/", "notifications/", "presence/"),
}


Deed = Callable[[], None]


class Cost(NamedTuple):
    """CPU of a server, in microseconds for each of what it did."""

    user: float
    system: float


def main() -> int:
    go_first()
    build()
    program = _py_spy()
    with tempfile.TemporaryDirectory(prefix="profile-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        peer = OursOnRedis(folder, SOCKETS)
        try:
            peer.start()
            with Client(peer.port, 50, peer.client(1)) as client:
                client.report()
            assert peer.server is not None and peer.server.process is not None
            pid = peer.server.process.pid
            text = ""
            with _deliveries(peer) as deed:
                count = EVENTS * SOCKETS
                found = _watched(program, folder, pid, deed, count)
                text += _chapter("A delivery", *found)
            with _handshakes(peer) as deed:
                count = TIMES * SOCKETS
                found = _watched(program, folder, pid, deed, count)
                text += _chapter("A handshake, with the end of its socket", *found)
            text += _way(peer)
        finally:
            peer.stop()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "profile.md").write_text(HEAD + text)
    print(text)
    return 0


HEAD = """# Where the time goes

`./run bench profile`: one server on SQLite and Redis, 1,000 readers. The whole is measured without
the profiler, the parts with it: each look counts for the innermost function that belongs to one.
"""


@contextmanager
def _deliveries(peer: OursOnRedis) -> Iterator[Deed]:
    """Events to readers who are connected already."""
    with Client(peer.port, SOCKETS, peer.client(1)) as client, peer.writer(1) as writer:
        client.report()

        def deed() -> None:
            writer.begin(EVENTS, interval=INTERVAL)
            writer.done()
            client.until(EVENTS * SOCKETS, 30)

        yield deed


@contextmanager
def _handshakes(peer: OursOnRedis) -> Iterator[Deed]:
    """Readers who come, and go."""

    def deed() -> None:
        for _time in range(TIMES):
            with Client(peer.port, SOCKETS, peer.client(1)) as client:
                client.report()

    yield deed


def _watched(
    program: str, folder: Path, pid: int, deed: Deed, count: int
) -> tuple[Cost, Counter[str]]:
    """Done once to warm up, once to see what it costs, and once to see where."""
    deed()
    before = _ticks(pid)
    deed()
    cost = Cost(*(1e4 * (b - a) / count for a, b in zip(before, _ticks(pid), strict=True)))
    with _looked_at(program, pid, folder / "stacks.txt"):
        deed()
    return cost, parts((folder / "stacks.txt").read_text().splitlines())


def parts(stacks: Iterable[str]) -> Counter[str]:
    """Looks by part, from py-spy's raw lines: frames from the outermost, then how many looks."""
    found: Counter[str] = Counter()
    for line in stacks:
        frames, _, looks = line.rpartition(" ")
        found[_part(frames.split(";"))] += int(looks)
    return found


def _part(frames: list[str]) -> str:
    for frame in reversed(frames):
        for part, places in PARTS.items():
            if any(place in frame for place in places):
                return part
    return "the event loop (uvloop)"


def _chapter(title: str, cost: Cost, found: Counter[str]) -> str:
    whole = cost.user + cost.system
    total = max(1, sum(found.values()))
    rows = "".join(
        f"| {part} | {100 * looks / total:.0f} % |\n"
        for part, looks in found.most_common()
        if looks >= total / 100
    )
    return (
        f"\n## {title}: {whole:.1f} µs\n\n"
        f"{cost.user:.1f} µs in the program, {cost.system:.1f} µs in the kernel.\n\n"
        f"| part | of the time in the program |\n|---|---:|\n{rows}"
    )


def _way(peer: OursOnRedis) -> str:
    """How long an event is on its way, from before its post is saved, and where."""
    with Client(peer.port, SOCKETS, peer.client(1)) as client:
        client.report()
        arguments = [str(OUR_BODY_BYTES), str(EVENTS), str(INTERVAL)]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.peers.ours_way", *arguments],
            cwd=ROOT,
            env=peer.site.env,
            capture_output=True,
            text=True,
            check=True,
        )
        latency = client.until(EVENTS * SOCKETS, 30)["latencyMs"]
    stages: dict[str, float] = json.loads(done.stdout)
    rest = latency["p50"] - sum(stages.values())
    rows = [
        ("the post is saved and committed", stages["save"]),
        ("its event gets its number", stages["number"]),
        ("Redis is told", stages["tell"]),
        ("Redis tells the server, which writes to half of the readers, who read", rest),
    ]
    table = "".join(f"| {what} | {ms:.1f} |\n" for what, ms in rows)
    return (
        f"\n## An event's way: p50 {latency['p50']:.1f} ms, p99 {latency['p99']:.1f} ms\n\n"
        "From before its post is saved by another process until a reader has it; medians.\n\n"
        f"| part | ms |\n|---|---:|\n{table}"
    )


@contextmanager
def _looked_at(program: str, pid: int, target: Path) -> Iterator[None]:
    command = [
        program,
        "record",
        "--gil",
        "--rate",
        str(LOOKS_PER_SECOND),
        "--full-filenames",
        "--format",
        "raw",
    ]
    command += ["--output", str(target), "--pid", str(pid), "--duration", "600"]
    spy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.5)  # it reads the program's symbols first
    try:
        yield
    finally:
        spy.send_signal(2)
        spy.wait(30)


def _ticks(pid: int) -> tuple[int, int]:
    """User and system time of a process so far, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]), int(fields[12])


def _py_spy() -> str:
    home = CACHE / "profiler"
    program = home / "bin/py-spy"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin/pip"), "install", "--quiet", PY_SPY], check=True)
    return str(program)


if __name__ == "__main__":
    sys.exit(main())

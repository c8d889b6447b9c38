"""``./run bench latency``: from before a post is saved to each socket, on PostgreSQL and Redis.

The posts are written by a process of its own, 50 a second, as by another server. Writes
``benchmarks/results/latency.json`` and a plot of each second.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.client import Client, build
from benchmarks.compare import RESULTS, machine
from benchmarks.plot import timeline
from benchmarks.processes import go_first
from benchmarks.writer import Writer
from tests.servers import PRODUCTION, ROOT, Postgres, Redis, Site

RATE = 50
BODY_BYTES = 200


class Stage(NamedTuple):
    """One server process with its readers, and who writes."""

    redis: Redis
    client: Client
    writer: Writer


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench latency", description=__doc__)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    with stage(options.sockets) as (_redis, client, writer):
        seconds = list(watch(client, writer, options.seconds))
        last = client.mark()
    result = {"machine": machine(), "sockets": options.sockets, "rate": RATE}
    result |= summary(seconds, last, options.sockets)
    tell("latency", f"{options.sockets:,} sockets, {RATE} posts a second", result, seconds)


@contextmanager
def stage(sockets: int) -> Iterator[Stage]:
    """All that is needed, ready: every socket is greeted and the writer waits for its orders."""
    build()
    go_first()
    with ExitStack() as stack:
        base = base_folder(stack)
        postgres, redis = databases(stack, base)
        site = make_site(base / "site", postgres.database("site"), redis)
        site.manage("migrate", "--verbosity", "0")
        headers = base / "headers.txt"
        bearers = (f"Authorization: Bearer {token}\n" for token in people(site, sockets))
        headers.write_text("".join(bearers))
        stack.callback(site.stop)
        site.start()
        arguments = ["--path", "/ws/", "--headers", str(headers), "--number", '"seq":"']
        greeted = ["--ready", '"type":"connect"', "--rate", "500"]
        client = stack.enter_context(Client(site.port, sockets, [*arguments, *greeted]))
        opened = client.report()
        assert opened["ready"] == sockets, opened
        writing = [sys.executable, "-m", "benchmarks.peers.ours_writer", str(BODY_BYTES), "public"]
        writer = stack.enter_context(Writer(writing, env=site.env))
        # The first events open connections and fill caches.
        writer.begin(RATE, interval=1 / RATE)
        writer.done()
        client.until(RATE * sockets, 5)
        yield Stage(redis, client, writer)


def base_folder(stack: ExitStack) -> Path:
    """A folder for servers, gone with the stack."""
    base = Path(tempfile.mkdtemp(prefix="benchmark-"))
    base.chmod(0o755)  # PostgreSQL runs as another user where we are root
    stack.callback(shutil.rmtree, base, ignore_errors=True)
    return base


def databases(stack: ExitStack, base: Path) -> tuple[Postgres, Redis]:
    """Both running, until the stack ends."""
    for name in ("postgres", "redis"):
        (base / name).mkdir()
    postgres, redis = Postgres(base / "postgres"), Redis(base / "redis")
    for server in (postgres, redis):
        stack.callback(server.stop)
        server.start()
    return postgres, redis


def make_site(folder: Path, database_url: str, redis: Redis, **environment: str) -> Site:
    """A server with room for many sockets, as in production; not started."""
    folder.mkdir()
    return Site(
        folder,
        database_url,
        **PRODUCTION,
        REDIS_URL=redis.url,
        REALTIME_MAX_CONNECTIONS_PER_USER="20000",
        REALTIME_MAX_CONNECTIONS_PER_IP="20000",
        **environment,
    )


def people(site: Site, count: int, authors: int = 1) -> list[str]:
    """New users of the site, as the access tokens of their logins; the first ones are authors."""
    command = [sys.executable, "-m", "benchmarks.peers.ours_people", str(count), str(authors)]
    done = subprocess.run(command, cwd=ROOT, env=site.env, capture_output=True, text=True)
    done.check_returncode()
    return done.stdout.split()


def watch(client: Client, writer: Writer, seconds: int) -> Iterator[dict[str, Any]]:
    """Let it write for so long; what came to the sockets in each second."""
    writer.begin(RATE * seconds, interval=1 / RATE)
    begun = time.monotonic()
    for second in range(1, seconds + 1):
        time.sleep(max(0.0, begun + second - time.monotonic()))
        yield client.mark()
    writer.done()
    time.sleep(2)  # for what is still on its way


def summary(
    seconds: Sequence[dict[str, Any]], last: dict[str, Any], sockets: int
) -> dict[str, Any]:
    """What all seconds together say; the latency is that of the second in the middle of them."""
    p50 = sorted(one["latencyMs"]["p50"] for one in seconds)
    p99 = sorted(one["latencyMs"]["p99"] for one in seconds)
    every = [*seconds, last]
    return {
        "p50_ms": p50[len(p50) // 2],
        "p99_ms": p99[len(p99) // 2],
        "worst_second_p99_ms": p99[-1],
        "deliveries": sum(one["events"] for one in every),
        "expected": len(seconds) * RATE * sockets,
        "lost": sum(one["lost"] for one in every) + last["behind"],
        "duplicates": sum(one["duplicates"] for one in every),
        "out_of_order": sum(one["outOfOrder"] for one in every),
        "closed": last["closed"],
    }


def tell(name: str, title: str, result: dict[str, Any], seconds: Sequence[dict[str, Any]]) -> None:
    """Print it, and write it with a plot of p50 and p99 over time."""
    for key, value in result.items():
        print(f"{key:<24} {value}")
    result["seconds"] = [one["latencyMs"] | {"events": one["events"]} for one in seconds]
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(result), indent=1)
    (RESULTS / f"{name}.json").write_bytes(text + b"\n")
    series = [
        (share, [(float(n), one["latencyMs"][share]) for n, one in enumerate(seconds, 1)])
        for share in ("p50", "p99")
    ]
    plot = timeline(f"{title}: ms from before the save to a socket", "seconds", series)
    (RESULTS / f"{name}.svg").write_text(plot)


if __name__ == "__main__":
    main()

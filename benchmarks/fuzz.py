"""``./run bench fuzz``: bad frames from many sockets at once, and whether the server minds.

Checks that no frame brings an error of the server's own or a traceback, that every socket in good
order answers, that a well-behaved reader is answered all the while, and what memory it costs.
Frames come from seeds (``tests/fuzz/frames.py``). Writes ``benchmarks/results/fuzz.json``.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare import RESULTS, machine
from benchmarks.processes import family, resident_kib
from tests.fuzz.attack import Onslaught
from tests.servers import PRODUCTION, Site

#: Frames of one round; after each it is looked at what the log says.
ROUND = 50_000
SETTINGS = {
    # DEBUG keeps every query, and its memory grows for long.
    **PRODUCTION,
    "REALTIME_FRAME_RATE": "1000000",
    "REALTIME_MAX_CONNECTIONS_PER_IP": "1000",
    # Each frame would be a line.
    "LOG_LEVEL": "WARNING",
}


def main(arguments: Sequence[str]) -> int:
    """1 when something came that may not come."""
    parser = argparse.ArgumentParser(prog="./run bench fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--sockets", type=int, default=40, help="open at once (40)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="realtime-fuzz-"))
    site = Site(folder, f"sqlite:///{folder}/site.sqlite3", **SETTINGS)
    site.manage("migrate", "--verbosity", "0")
    site.start()
    try:
        found = asyncio.run(_play(site, options))
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / "fuzz.json"
    file.write_text(json.dumps({"machine": machine(), **found}, indent=1) + "\n")
    print(f"\nWritten: {file}")
    return 1 if found["faults"] or found["tracebacks"] else 0


async def _play(site: Site, options: argparse.Namespace) -> dict[str, Any]:
    """Rounds with seeds of their own, added up."""
    begun, sent = time.monotonic(), 0
    rounds: list[Onslaught] = []
    memory = [_memory(site)]
    while sent < options.frames:
        seed = options.seed + len(rounds)
        frames = min(ROUND, options.frames - sent)
        one = Onslaught(site, seed=seed, frames=frames, sockets=options.sockets)
        await one.run()
        rounds.append(one)
        sent += one.sent
        memory.append(_memory(site))
        rate = sent / (time.monotonic() - begun)
        done = "█" * (30 * sent // options.frames)
        print(f"\r{done:<30} {sent:>9,} frames, {rate:,.0f}/s, {memory[-1]:.0f} MiB", end="")
        for fault in one.faults:
            print(f"\n{fault}")
    beats = sorted(beat for one in rounds for beat in one.beats)
    return {
        "seeds": [options.seed, options.seed + len(rounds) - 1],
        "frames": sent,
        "connections": sum(one.connections for one in rounds),
        "heartbeatsAnswered": sum(one.answered for one in rounds),
        "errors": _sum(one.errors for one in rounds),
        "closeCodes": _sum(one.codes for one in rounds),
        "faults": [fault for one in rounds for fault in one.faults],
        "tracebacks": site.log().count("Traceback"),
        "witnessHeartbeatMs": {
            "p50": _ms(beats, 0.5),
            "p99": _ms(beats, 0.99),
            "max": _ms(beats, 1.0),
        },
        "residentMiB": memory,
        "seconds": round(time.monotonic() - begun, 1),
    }


def _memory(site: Site) -> float:
    assert site.process is not None
    return round(resident_kib(family(site.process.pid)) / 1024, 1)


def _ms(ordered: Sequence[float], share: float) -> float:
    return round(1000 * ordered[int(share * (len(ordered) - 1))], 1)


def _sum(counters: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for counter in counters:
        for name, count in counter.items():
            total[str(name)] = total.get(str(name), 0) + count
    return dict(sorted(total.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

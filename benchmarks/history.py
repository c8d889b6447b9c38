"""``./run bench history``: random histories with faults, each checked against every promise.

Prints a line for each history, and what was wrong with it; writes the sums as JSON into
``data/benchmarks/history.json``. Fails when any promise was broken.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.history import schedule
from tests.history.checker import breaches
from tests.history.stage import Stage
from tests.history.story import Story
from tests.servers import ROOT, Site

RESULTS = ROOT / "data" / "benchmarks" / "history.json"
#: Histories after which a stage is built anew, so that its log and tables stay small.
RENEW = 6


def main(arguments: Sequence[str]) -> int:
    """Runs the histories asked for; 1 when one broke a promise."""
    options = _options(arguments)
    base = Path(tempfile.mkdtemp(prefix="realtime-history-"))
    base.chmod(0o755)  # PostgreSQL runs as another user where we are root
    try:
        results = asyncio.run(_run(options, lambda name: _folder(base, name)))
    finally:
        if not options.keep:
            shutil.rmtree(base, ignore_errors=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\n{_sentence(results)}\nWritten: {RESULTS}")
    return 1 if results["broken"] else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench history", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds from there on")
    parser.add_argument("--setup", choices=schedule.SETUPS, help="all of them in turn unless said")
    parser.add_argument("--size", choices=("short", "long", "dense"), default="long")
    parser.add_argument("--plant", default="", help="a bug to be caught: see tests/history/planted")
    parser.add_argument("--record", help="write what was recorded of broken histories there")
    parser.add_argument("--keep", action="store_true", help="keep the servers' folders and logs")
    return parser.parse_args(arguments)


def _folder(base: Path, name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base))


async def _run(options: argparse.Namespace, folder: Callable[[str], Path]) -> dict[str, Any]:
    template = folder("template") / "site.sqlite3"
    Site(template.parent, f"sqlite:///{template}").manage("migrate", "--verbosity", "0")
    rows: list[dict[str, Any]] = []
    for setup, seeds in _by_setup(options).items():
        for first in range(0, len(seeds), RENEW):
            stage = Stage(setup, folder, template, plant=options.plant)
            try:
                await stage.start()
                for seed in seeds[first : first + RENEW]:
                    rows.append(await _one(seed, setup, stage, options))
                    _print(rows[-1], len(rows), options.count)
            finally:
                await stage.stop()
    return _summary(rows)


def _by_setup(options: argparse.Namespace) -> dict[schedule.Setup, list[int]]:
    """Seeds by setup: one setup after the other, since each has programs to start."""
    seeds: dict[schedule.Setup, list[int]] = {}
    for seed in range(options.seed, options.seed + options.count):
        setup = options.setup or schedule.SETUPS[seed % len(schedule.SETUPS)]
        seeds.setdefault(setup, []).append(seed)
    return seeds


async def _one(
    seed: int, setup: schedule.Setup, stage: Stage, options: argparse.Namespace
) -> dict[str, Any]:
    plan = schedule.make(seed, setup, getattr(schedule, options.size.upper()))
    story = Story(plan, stage)
    begin = time.monotonic()
    history = await story.play()
    played = time.monotonic()
    found = breaches(history)
    if found and options.record:
        name = f"{setup}-{seed}.json"
        Path(options.record, name).write_text(json.dumps(asdict(history), default=list))
    return {
        "seed": seed,
        "setup": setup,
        "events": len(history.entries),
        "deliveries": history.deliveries,
        "stretches": dict(Counter(one.promise for one in history.stretches)),
        "faults": story.faults.done,
        "writes": dict(Counter(write.outcome for write in history.writes)),
        "seconds": round(played - begin, 2),
        "checkSeconds": round(time.monotonic() - played, 2),
        "breaches": found,
    }


def _print(row: dict[str, Any], count: int, of: int) -> None:
    print(
        f"{count}/{of}  seed {row['seed']} {row['setup']}: {row['events']} events, "
        f"{row['deliveries']} deliveries, {row['seconds']} s; {', '.join(row['faults'])}",
        flush=True,
    )
    for text in row["breaches"]:
        print(f"    {text}", flush=True)


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "histories": len(rows),
        "events": sum(row["events"] for row in rows),
        "deliveries": sum(row["deliveries"] for row in rows),
        "faults": dict(Counter(fault for row in rows for fault in row["faults"])),
        "broken": [row["seed"] for row in rows if row["breaches"]],
        "rows": rows,
    }


def _sentence(results: dict[str, Any]) -> str:
    return (
        f"{results['histories']} histories, {results['events']:,} events, "
        f"{results['deliveries']:,} deliveries: {len(results['broken'])} broke a promise"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""``./run bench``: how long from a saved post to the sockets that see it, and what it costs.

Prints a table; writes the same as JSON, and a plot of it as SVG, into ``data/benchmarks/``.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.fanout import Round, measure
from benchmarks.plot import svg
from tests.servers import ROOT, Site

RESULTS = ROOT / "data" / "benchmarks"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        site = Site(Path(name), f"sqlite:///{name}/site.sqlite3", **_limits(options.sockets))
        site.manage("migrate", "--verbosity", "0")
        site.start()
        try:
            rounds = asyncio.run(measure(site, options.sockets, options.posts))
        finally:
            site.stop()
    print(table(rounds))
    _write(rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--sockets", type=int, nargs="+", default=[1, 10, 100, 300])
    parser.add_argument("--posts", type=int, default=50, help="posts in each round")
    return parser.parse_args()


def _limits(sockets: list[int]) -> dict[str, str]:
    """One user on one machine opens all the sockets."""
    most = str(max(sockets) + 1)
    return {"REALTIME_MAX_CONNECTIONS_PER_USER": most, "REALTIME_MAX_CONNECTIONS_PER_IP": most}


def table(rounds: list[Round]) -> str:
    """The results, for a terminal."""
    lines = ["sockets  deliveries  p50 ms  p99 ms  max ms  server CPU ms per post"]
    for one in rounds:
        cpu = "-" if one.cpu_ms is None else f"{one.cpu_ms:.1f}"
        times = f"{one.p50_ms:>6.1f}  {one.p99_ms:>6.1f}  {one.max_ms:>6.1f}"
        lines.append(f"{one.sockets:>7}  {one.deliveries:>10}  {times}  {cpu:>22}")
    return "\n".join(lines)


def _write(rounds: list[Round]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    results = {"machine": machine, "rounds": [asdict(one) for one in rounds]}
    (RESULTS / "fanout.json").write_text(json.dumps(results, indent=2) + "\n")
    (RESULTS / "fanout.svg").write_text(svg(rounds))
    print(f"\nWritten: {RESULTS / 'fanout.json'} and {RESULTS / 'fanout.svg'}")


if __name__ == "__main__":
    main()

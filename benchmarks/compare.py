"""``./run bench``: this project beside others who do the same job, in one session.

Every peer in turn, so many rounds, medians. The server has one core, client and writer the other.
Writes ``benchmarks/results/compare.json``, its table and its plots.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import tables
from benchmarks.client import build
from benchmarks.measure import measure
from benchmarks.peers import others, ours
from benchmarks.peers.peer import NODE_PACKAGES, PYTHON_PACKAGES, Peer
from benchmarks.processes import go_first
from tests.servers import ROOT, Missing

RESULTS = ROOT / "benchmarks" / "results"
PEERS: tuple[type[Peer], ...] = (
    ours.OursInMemory,
    ours.OursOnRedis,
    ours.OursInTwoProcesses,
    others.SocketIO,
    others.Ws,
    others.Nchan,
    others.Centrifugo,
    others.PythonSocketIO,
    others.EventStream,
    others.Channels,
    others.ChannelsOnDaphne,
)


def main(arguments: Sequence[str]) -> int:
    """Measures what was asked for, and writes all results that there are."""
    options = _options(arguments)
    # A benchmark that is told to stop takes its servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    build()
    go_first()
    file: Path = options.into / "compare.json"
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if not options.add:
        results = {name: results[name] for name in results if name not in options.only}
    for _round in range(options.rounds):
        for kind in PEERS:
            if kind.name in options.only:
                entry = results.setdefault(kind.name, {"title": kind.title, "rounds": []})
                _add(entry, _measured(kind, options))
                _write(file, results, options.sockets)
    print(tables.text(results))
    print(f"\nWritten: {file}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    names = [kind.name for kind in PEERS]
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="times that all are measured (3)")
    parser.add_argument("--quick", action="store_true", help="fewer events, one round")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=names,
        default=names,
        metavar="PEER",
        help=f"of {', '.join(names)}",
    )
    parser.add_argument("--add", action="store_true", help="keep the rounds that are there")
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds = 1
    return options


def _measured(kind: type[Peer], options: argparse.Namespace) -> dict[str, Any]:
    """A round of one peer; where it is not here, what is missing."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        Path(folder).chmod(0o755)  # nginx's worker is another user where we are root
        peer = kind(Path(folder), options.sockets)
        print(f"{kind.title} …", flush=True)
        try:
            peer.start()
            found = measure(peer, quick=options.quick)
        except Missing as missing:
            return {"missing": str(missing)}
        except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
            return {"failed": str(error)[-2000:]}
        finally:
            peer.stop()
    return found | {"at": datetime.now(UTC).isoformat(timespec="seconds")}


def _add(entry: dict[str, Any], found: dict[str, Any]) -> None:
    for trouble in ("missing", "failed"):
        entry.pop(trouble, None)
        if trouble in found:
            print(f"  {trouble}: {found[trouble]}")
            entry[trouble] = found[trouble]
            return
    entry["rounds"].append(found)
    entry["median"] = tables.medians(entry["rounds"])
    print(tables.line(entry), flush=True)


def _write(file: Path, results: dict[str, Any], sockets: int) -> None:
    """The machine stands once for all: rounds of two machines do not belong into one file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    in_order = {kind.name: results[kind.name] for kind in PEERS if kind.name in results}
    results = in_order | {"machine": machine() | {"sockets": sockets}}
    file.write_text(json.dumps(results, indent=1) + "\n")
    (file.parent / "compare.md").write_text(tables.markdown(results))
    for name, svg in tables.plots(results).items():
        (file.parent / f"{name}.svg").write_text(svg)


def machine() -> dict[str, Any]:
    """What all was measured on, and with which versions."""
    processor = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    versions = {
        name: subprocess.run(command, capture_output=True, text=True, check=False)
        for name, command in _VERSIONS.items()
        if shutil.which(command[0])
    }
    return {
        "processor": processor[0] if processor else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": [*NODE_PACKAGES, *PYTHON_PACKAGES],
        **{
            name: (one.stdout + one.stderr).strip().splitlines()[0]
            for name, one in versions.items()
        },
    }


_VERSIONS = {
    "node": ["node", "--version"],
    "nginx": ["nginx", "-v"],
    "redis": ["redis-server", "--version"],
    "centrifugo": ["centrifugo", "version"],
}

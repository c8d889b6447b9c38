"""``./run bench log``: events that PostgreSQL numbers per second, and what the log costs a writer.

Writers are processes of their own that save posts; one process numbers what they commit, as a
server's hub does. Prints a table; writes JSON and a plot into ``benchmarks/results/``.
"""

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.servers import PRODUCTION, ROOT, Postgres

RESULTS = ROOT / "benchmarks" / "results"
#: Posts that a writer saves in turn with and without an entry, so that both meet the same moment.
PAIRS = 400


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench log", description=__doc__)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--entries", type=int, default=20_000, help="to be numbered in one go")
    parser.add_argument("--part", choices=("stamp", "save", "number"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _as_part(options)
        return
    base = Path(tempfile.mkdtemp(prefix="benchmark-"))
    base.chmod(0o755)  # PostgreSQL runs as another user where we are root
    postgres = Postgres(base)
    # It is not asked for less than in production: each commit waits for the disk.
    postgres.command.remove("-F")
    postgres.start()
    try:
        results = _measure(postgres, options)
    finally:
        postgres.stop()
        shutil.rmtree(base, ignore_errors=True)
    _tell(results)


# -- the parts, each a process of its own -------------------------------------------------------


def _measure(postgres: Postgres, options: argparse.Namespace) -> dict[str, Any]:
    env = {**os.environ, "DATABASE_URL": postgres.database("site"), **PRODUCTION}
    env |= {"DJANGO_SETTINGS_MODULE": "realtime_site.settings"}
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=env, check=True)

    def start(part: str, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "benchmarks.log", "--part", part, *more]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    stamping = _answer(start("stamp", "--entries", str(options.entries)))
    numbering = start("number")
    writers = [start("save") for _ in range(options.writers)]
    saved = [_answer(writer) for writer in writers]
    numbering.terminate()
    numbering.wait()
    alone = _answer(start("save"))
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "stamp": stamping,
        "writers": options.writers,
        "save": _joined(saved),
        "save_one_writer": _joined([alone]),
    }


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    output, _ = process.communicate(timeout=280)
    if process.returncode:
        raise RuntimeError("a part of the benchmark failed")
    answer: dict[str, Any] = json.loads(output)
    return answer


def _joined(saved: list[dict[str, list[float]]]) -> dict[str, float]:
    result: dict[str, float] = {}
    for name in ("with", "without"):
        times = sorted(ms for one in saved for ms in one[name])
        result |= {f"{name}_p50_ms": quantile(times, 0.5), f"{name}_p99_ms": quantile(times, 0.99)}
    result["p99_ratio"] = result["with_p99_ms"] / result["without_p99_ms"]
    return result


def quantile(ascending: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def _as_part(options: argparse.Namespace) -> None:
    import django

    django.setup()
    {"stamp": _stamp, "save": _save, "number": _number}[options.part](options)


def _stamp(options: argparse.Namespace) -> None:
    """Append from several threads, and number it; then number alone what was appended before."""
    from realtime import log
    from realtime.models import LogEntry

    log.on_append = lambda: None
    body = '{"rooms":["public","following:1"],"payload":{"post":{"body":"' + "x" * 300 + '"}}}'

    def append(count: int) -> None:
        rows = [LogEntry(type="post:created", root="post:1", body=body) for _ in range(count)]
        LogEntry.objects.bulk_create(rows, batch_size=1_000)

    rates = []
    for _ in range(3):
        append(options.entries)
        start = time.perf_counter()
        while log.stamp() is not None:
            pass
        rates.append(options.entries / (time.perf_counter() - start))
    print(json.dumps({"events_per_second": sorted(rates)[1], "runs": rates}))


def _number(options: argparse.Namespace) -> None:
    """What a hub does: look, and look again."""
    from realtime import log

    while True:
        if log.stamp() is None:
            time.sleep(0.002)


def _save(options: argparse.Namespace) -> None:
    """Save posts, one with its entry and one without, in turn."""
    import secrets

    from django.db.models.signals import post_save

    from accounts.models import User
    from posts.models import Post
    from posts.signals import announce_post
    from realtime import log

    # As in a server process, where the hub numbers and not the writer.
    log.on_append = lambda: None
    name = f"bench-{secrets.token_hex(4)}"
    author = User.objects.create(username=name, username_key=name)
    times: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(2 * PAIRS + 40):
        kind = ("with", "without")[number % 2]
        if kind == "without":
            post_save.disconnect(dispatch_uid="posts.announce_post", sender=Post)
        else:
            post_save.connect(announce_post, dispatch_uid="posts.announce_post", sender=Post)
        post = Post(author=author, body=f"A post of some length, number {number}. " * 5)
        start = time.perf_counter()
        post.save()
        if number >= 40:  # the first open connections and fill caches
            times[kind].append(1000 * (time.perf_counter() - start))
    print(json.dumps(times))


# -- what is told --------------------------------------------------------------------------------


def _tell(results: dict[str, Any]) -> None:
    many, one = results["save"], results["save_one_writer"]
    print(f"numbered: {results['stamp']['events_per_second']:,.0f} events per second")
    print("save of a post       with entry p50, p99 ms   without p50, p99 ms   p99 ratio")
    for name, row in ((f"{results['writers']} writers", many), ("1 writer", one)):
        with_entry = f"{row['with_p50_ms']:>14.2f} {row['with_p99_ms']:>8.2f}"
        without = f"{row['without_p50_ms']:>13.2f} {row['without_p99_ms']:>7.2f}"
        print(f"{name:<20} {with_entry} {without} {row['p99_ratio']:>11.2f}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "log.json").write_text(json.dumps(results, indent=2) + "\n")
    (RESULTS / "log.svg").write_text(_svg(results))
    print(f"\nWritten: {RESULTS / 'log.json'} and {RESULTS / 'log.svg'}")


def _svg(results: dict[str, Any]) -> str:
    """Bars: p50 and p99 of a save with and without its entry."""
    save = results["save"]
    bars = [(f"{name} {q}", save[f"{name}_{q}_ms"]) for q in ("p50", "p99") for name in _KINDS]
    top = max(value for _name, value in bars)
    parts = []
    for number, (name, value) in enumerate(bars):
        x, height = 70 + 130 * number, 230 * value / top
        colour = _KINDS[name.split()[0]]
        parts.append(
            f'<rect x="{x}" y="{290 - height:.0f}" width="90" height="{height:.0f}"'
            f' fill="{colour}"/>'
            f'<text x="{x + 45}" y="{284 - height:.0f}" text-anchor="middle">{value:.1f} ms</text>'
            f'<text x="{x + 45}" y="312" text-anchor="middle">{name}</text>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 340" font-family="sans-serif"'
        ' font-size="13">\n<rect width="640" height="340" fill="#fff"/>\n'
        '<text x="40" y="24" font-size="15">Saving a post with and without its log entry,'
        f" {results['writers']} writers, PostgreSQL</text>\n" + "\n".join(parts) + "\n</svg>\n"
    )


_KINDS = {"with": "#2563eb", "without": "#9ca3af"}


if __name__ == "__main__":
    main()

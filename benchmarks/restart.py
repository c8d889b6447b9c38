"""``./run bench restart``: servers end under load, and their readers come back to the others.

Three servers on PostgreSQL and Redis behind nginx (``deploy/nginx.conf``); 50 posts a second, each
for a tenth of the readers. ``crash``: one server gets SIGKILL. ``rolling``: one after the other
gets SIGTERM, and is started anew when it has ended. Fails when an event was lost, repeated or out
of order. Writes ``benchmarks/results/restart.json`` and plots of the readers that were away.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import uvloop

from benchmarks.compare import RESULTS, machine
from benchmarks.fleet import AUTHORS, Fleet, fleet
from benchmarks.plot import timeline
from benchmarks.processes import go_first
from benchmarks.readers import Cohort, until
from benchmarks.writer import Writer

RATE = 50
#: Seconds before anything happens, and after the last has come back.
BEFORE, AFTER = 10, 5
#: Seconds between two looks at who is away and what it costs.
SAMPLE = 0.5
#: Seconds after which nobody should be away any more.
PATIENCE = 60

Deed = Callable[[Fleet, Cohort], Coroutine[Any, Any, None]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench restart", description=__doc__)
    parser.add_argument("--only", choices=list(DEEDS), nargs="+", default=list(DEEDS))
    parser.add_argument("--readers", type=int, default=3_000)
    options = parser.parse_args()
    go_first()
    file = RESULTS / "restart.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in options.only:
        with fleet(options.readers) as servers:
            found = uvloop.run(play(servers, DEEDS[name]))
        samples = found["samples"]
        for key, value in found.items():
            if value is not samples:
                print(f"{name:<8} {key:<28} {value}")
        results |= {"machine": machine(), name: found}
        RESULTS.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
        away = [("away", [(one["second"], one["away"]) for one in samples])]
        title = f"{name}: readers that are away, of {options.readers:,}"
        (RESULTS / f"restart-{name}.svg").write_text(timeline(title, "seconds", away))
    return int(any(results[name][key] for name in options.only for key in BROKEN))


#: What must be nought.
BROKEN = ("lost", "repeated", "disordered", "behind", "resets")


async def play(servers: Fleet, deed: Deed) -> dict[str, Any]:
    """Let it happen among readers; what they saw, and what it cost."""
    cohort = Cohort(servers.nginx.port, servers.tokens, AUTHORS)
    await cohort.connect()
    over = asyncio.Event()
    watch = Watch(servers, cohort)
    tasks = [asyncio.create_task(one) for one in (write(servers.writer, over), watch.go_on(over))]
    at_first = await asyncio.to_thread(counts, servers)
    await asyncio.sleep(BEFORE)
    before = await asyncio.to_thread(counts, servers)
    watch.began = time.monotonic()
    await deed(servers, cohort)
    await until(lambda: cohort.missing == 0, PATIENCE, "all are back")
    watch.ended = time.monotonic()
    await asyncio.sleep(AFTER)
    after = await asyncio.to_thread(counts, servers)
    usual = (before["transactions"] - at_first["transactions"]) // BEFORE
    over.set()
    await asyncio.gather(*tasks)
    await until(lambda: cohort.behind(Writer.written) == 0, 10, "all have all")
    cohort.leave()
    return (
        {"readers": len(cohort.readers), "rate": RATE}
        | seen(cohort)
        | watch.summary()
        | {name: after[name] - before[name] for name in after}
        | {"transactions_usual": usual * (AFTER + round(watch.ended - watch.began))}
        | {"samples": watch.samples}
    )


async def write(writer: Writer, over: asyncio.Event) -> None:
    """Posts at an even rate until it is over."""
    while not over.is_set():
        writer.begin(RATE, interval=1 / RATE)
        await asyncio.to_thread(writer.done)


def counts(servers: Fleet) -> dict[str, int]:
    """What is counted before and after; a server that was started anew began at nought."""
    return {
        "pages_from_ring": servers.pages("ring"),
        "pages_from_log": servers.pages("log"),
        "transactions": servers.transactions(),
    }


def seen(cohort: Cohort) -> dict[str, Any]:
    """What the readers say, times in seconds."""
    away = sorted(cohort.away)
    return {
        "events": cohort.events,
        "lost": cohort.lost,
        "repeated": cohort.repeated,
        "disordered": cohort.disordered,
        "behind": cohort.behind(Writer.written),
        "resets": sum(cohort.resets.values()),
        "absences": len(away),
        "away_p50": _share(away, 0.5),
        "away_p99": _share(away, 0.99),
        "away_longest": _share(away, 1),
        "codes": dict(cohort.codes),
        "refused": dict(cohort.refused),
    }


def _share(sorted_values: Sequence[float], share: float) -> float:
    if not sorted_values:
        return 0.0
    return round(sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))], 2)


class Watch:
    """Who is away and how much of a core the servers take, again and again."""

    def __init__(self, servers: Fleet, cohort: Cohort) -> None:
        self._servers, self._cohort = servers, cohort
        self.samples: list[dict[str, float]] = []
        self.began = self.ended = 0.0
        self._origin = time.monotonic()

    async def go_on(self, over: asyncio.Event) -> None:
        """Until it is over."""
        before, at = self._servers.cpu(), time.monotonic()
        while not over.is_set():
            await asyncio.sleep(SAMPLE)
            after, now = self._servers.cpu(), time.monotonic()
            # The second that a new one takes to load Python and Django is not of its readers.
            spent = sum(after[pid] - before[pid] for pid in after.keys() & before.keys())
            self.samples.append(
                {
                    "second": round(now - self._origin, 2),
                    "away": self._cohort.missing,
                    "cores": round(spent / (now - at), 3),
                }
            )
            before, at = after, now

    def summary(self) -> dict[str, Any]:
        """Cores before it, and the most while it went on: over a second, and over five."""
        begin, end = self.began - self._origin, self.ended - self._origin
        usual = [one["cores"] for one in self.samples if one["second"] < begin]
        then = [one["cores"] for one in self.samples if begin <= one["second"] <= end + 1]
        return {
            "cores_before": round(sum(usual) / max(1, len(usual)), 2),
            "cores_most": _most(then, 2),
            "cores_most_of_5_s": _most(then, 10),
            "seconds": round(end - begin, 1),
        }


def _most(samples: Sequence[float], count: int) -> float:
    """The highest mean of so many samples in a row."""
    runs = (samples[at : at + count] for at in range(max(1, len(samples) - count + 1)))
    return round(max(sum(run) / max(1, len(run)) for run in runs), 2)


async def crash(servers: Fleet, cohort: Cohort) -> None:
    """One server is gone for good."""
    await asyncio.to_thread(servers.sites[0].kill)
    await until(lambda: cohort.missing > 0, 5, "the readers see it")


async def rolling(servers: Fleet, cohort: Cohort) -> None:
    """Each is told to end and, when it has, is started anew."""
    for site in servers.sites:
        await asyncio.to_thread(site.stop, seconds=60)
        await asyncio.to_thread(site.start)
        await until(lambda: cohort.missing == 0, PATIENCE, "all are back")


DEEDS: dict[str, Deed] = {"crash": crash, "rolling": rolling}

if __name__ == "__main__":
    sys.exit(main())

"""``./run bench outage``: Redis is killed under load, and comes back ten seconds later.

As ``latency.py`` otherwise. Fails when a socket closed or an event was lost. Writes
``benchmarks/results/outage.json`` and a plot of each second.
"""

import argparse
import sys
from typing import Any

from benchmarks.compare import machine
from benchmarks.latency import RATE, stage, summary, tell, watch

#: Seconds: until Redis is killed, until it is back, and to the end.
BEFORE, GONE, AFTER = 8, 10, 12
#: Seconds after which all is to be as it was.
RECOVERY = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench outage", description=__doc__)
    parser.add_argument("--sockets", type=int, default=1_000)
    options = parser.parse_args()
    seconds: list[dict[str, Any]] = []
    with stage(options.sockets) as (redis, client, writer):
        for second, report in enumerate(watch(client, writer, BEFORE + GONE + AFTER), 1):
            seconds.append(report)
            if second == BEFORE:
                redis.kill()
            elif second == BEFORE + GONE:
                redis.start()
        last = client.mark()
    result: dict[str, Any] = {"machine": machine(), "sockets": options.sockets, "rate": RATE}
    result |= summary(seconds, last, options.sockets)
    p99 = [one["latencyMs"]["p99"] for one in seconds]
    result |= {
        "p99_ms_before": max(p99[2:BEFORE]),
        "p99_ms_while_gone": max(p99[BEFORE : BEFORE + GONE]),
        "p99_ms_after_recovery": max(p99[BEFORE + GONE + RECOVERY :]),
    }
    title = f"Redis gone from second {BEFORE} to {BEFORE + GONE}, {options.sockets:,} sockets"
    tell("outage", title, result, seconds)
    return 1 if result["closed"] or result["lost"] or result["duplicates"] else 0


if __name__ == "__main__":
    sys.exit(main())

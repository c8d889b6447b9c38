"""``./run bench``: what it costs to deliver an event, beside others who do the same job.

``./run bench`` compares; ``./run bench scaling``, ``history`` and ``presence`` are measures of
their own. Each takes ``--help``.
"""

import runpy
import sys

from benchmarks import compare

#: Measures that are modules of their own.
OTHERS = (
    "scaling",
    "history",
    "presence",
    "page",
    "pages",
    "log",
    "latency",
    "outage",
    "restart",
    "fairness",
    "fuzz",
    "soak",
    "plans",
    "databases",
    "profile",
)


def main() -> int:
    words = sys.argv[1:]
    if words and words[0] in OTHERS:
        sys.argv = [f"./run bench {words[0]}", *words[1:]]
        runpy.run_module(f"benchmarks.{words[0]}", run_name="__main__")
        return 0
    return compare.main(words)


if __name__ == "__main__":
    sys.exit(main())

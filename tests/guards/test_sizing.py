"""docs/operating/sizing.md reckons with what was measured: its table, beside the results."""

import json
from statistics import median

from tests.guards.source import ROOT
from tests.guards.test_docs import table

SIZING = (ROOT / "docs/operating/sizing.md").read_text()
RESULTS = ROOT / "benchmarks/results"
#: By which a figure may have moved since; more, and what follows from it is not true any more.
MAY_DIFFER = 0.25


def measured() -> list[float]:
    """The figures of the table, in its order."""
    rounds = json.loads((RESULTS / "compare.json").read_text())["ours-redis"]["rounds"]

    def of(*path: str) -> float:
        values = []
        for one in rounds:
            for name in path:
                one = one[name]
            values.append(float(one))
        return median(values)

    return [
        of("idleKibPerSocket"),
        of("moderate", "cpuUs"),
        of("bursts", "cpuUs"),
        of("saturation", "perSecond"),
        of("connect", "perCpuSecond"),
        json.loads((RESULTS / "log.json").read_text())["stamp"]["events_per_second"],
    ]


def test_the_sizing_reckons_with_what_was_measured() -> None:
    said = [float(row[1].replace(",", "")) for row in table(SIZING, "measured")]
    found = measured()
    assert len(said) == len(found)
    for figure, result in zip(said, found, strict=True):
        assert abs(figure - result) <= MAY_DIFFER * result, (figure, result)

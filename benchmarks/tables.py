"""The results of the comparison as a table, for the terminal and for a page, and as plots.

Values in, text out.
"""

from statistics import median
from typing import Any

from benchmarks.plot import bars

#: Of each figure: its heading, where it stands in a round, its format.
COLUMNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("CPU µs per delivery", ("moderate", "cpuUs"), ".1f"),
    ("p50 ms", ("moderate", "p50Ms"), ".1f"),
    ("p99 ms", ("moderate", "p99Ms"), ".1f"),
    ("in bursts µs", ("bursts", "cpuUs"), ".2f"),
    ("deliveries/s at saturation", ("saturation", "perSecond"), ",.0f"),
    ("3 rooms µs", ("rooms3", "cpuUs"), ".1f"),
    ("copies in 3 rooms", ("copies",), ".0f"),
    ("KiB per idle socket", ("idleKibPerSocket",), ".1f"),
    ("connections per CPU s", ("connect", "perCpuSecond"), ",.0f"),
    ("Redis µs", ("moderate", "redisCpuUs"), ".2f"),
    ("missing", ("missingInAll",), ",.0f"),
    ("rounds", ("rounds",), ".0f"),
)


def medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of every number, in the shape of a round."""
    first = rounds[0]
    found: dict[str, Any] = {}
    for name, value in first.items():
        if isinstance(value, dict):
            found[name] = medians([one[name] for one in rounds])
        elif isinstance(value, int | float):
            found[name] = median(one[name] for one in rounds)
    return found


def figure(entry: dict[str, Any], path: tuple[str, ...]) -> float | None:
    """One figure of a peer; None where it was not measured."""
    value: Any = entry.get("median")
    if value is None:
        return None
    if path == ("rounds",):
        return float(len(entry.get("rounds", ())))
    if path == ("copies",):
        three = value["rooms3"]
        return float(1 + three["repeats"] / max(1, three["delivered"]))
    if path == ("missingInAll",):
        return float(sum(value[phase]["missing"] for phase in ("moderate", "bursts", "saturation")))
    for name in path:
        value = value[name]
    return float(value)


def peers(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The peers in the order in which they were measured first."""
    return [entry for name, entry in results.items() if name != "machine"]


def _cells(entry: dict[str, Any]) -> list[str]:
    cells = []
    for _heading, path, form in COLUMNS:
        value = figure(entry, path)
        cells.append("–" if value is None else format(value, form))
    return cells


def line(entry: dict[str, Any]) -> str:
    """The figures of one peer, for the terminal."""
    cells = _cells(entry)
    pairs = zip(COLUMNS, cells, strict=True)
    return "  " + ", ".join(f"{heading} {cell}" for (heading, *_), cell in pairs)


def text(results: dict[str, Any]) -> str:
    """The table for the terminal."""
    rows = [["", *(heading for heading, *_ in COLUMNS)]]
    rows += [[entry["title"], *_cells(entry)] for entry in peers(results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )


def markdown(results: dict[str, Any]) -> str:
    """The table for a page, with what was measured on, and what is missing."""
    machine = results["machine"]
    lines = [
        f"{machine['sockets']:,} sockets, medians. "
        f"{machine['processor']}, {machine['cores']} cores, "
        f"Linux {machine['kernel']}, Python {machine['python']}, Node {machine.get('node', '–')}.",
        "",
        "| | " + " | ".join(heading for heading, *_ in COLUMNS) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for entry in peers(results):
        if "median" in entry:
            lines.append(f"| {entry['title']} | " + " | ".join(_cells(entry)) + " |")
    for entry in peers(results):
        for trouble in ("missing", "failed"):
            if trouble in entry:
                lines.append(f"\n{entry['title']}: {trouble} ({entry[trouble].splitlines()[-1]})")
    return "\n".join(lines) + "\n"


def plots(results: dict[str, Any]) -> dict[str, str]:
    """Name → SVG, of the figures that matter most; shorter bars are better in each."""
    chosen = {
        "cpu": ("Server CPU per delivery, µs, at a moderate rate", ("moderate", "cpuUs")),
        "bursts": ("Server CPU per delivery, µs, in bursts", ("bursts", "cpuUs")),
        "latency": ("p99 latency, ms, at a moderate rate", ("moderate", "p99Ms")),
        "memory": ("Memory per idle socket, KiB", ("idleKibPerSocket",)),
    }
    made = {}
    for name, (title, path) in chosen.items():
        values = [(entry["title"], figure(entry, path)) for entry in peers(results)]
        made[name] = bars(title, [(label, value) for label, value in values if value is not None])
    return made

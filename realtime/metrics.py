"""What a process counts of its own work, for Prometheus (``GET /metrics`` in ``health.py``).

With several workers each counts into files of its own, in a folder that ``manage.py serve`` names
(``PROMETHEUS_MULTIPROC_DIR``), and whoever is asked adds them up.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from realtime.envelope import Envelope
from realtime.frames import CloseCode

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_registry = CollectorRegistry()

CONNECTIONS = Gauge(
    "realtime_connections",
    "Sockets and streams that are open now.",
    ["transport"],
    registry=_registry,
    multiprocess_mode="livesum",
)
EVENTS = Counter(
    "realtime_events", "Events of the log that were handed out.", ["type"], registry=_registry
)
DELIVERIES = Counter(
    "realtime_deliveries",
    "Events times their readers here; those who catch up, and so get it later, count at once.",
    registry=_registry,
)
LAG = Histogram(
    "realtime_lag_seconds",
    "From the numbering of an event until all its readers here were given it.",
    registry=_registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60),
)
POSITION = Gauge(
    "realtime_log_position",
    "The newest number of the log that was handed out; that of the process furthest behind.",
    registry=_registry,
    multiprocess_mode="livemin",
)
CLOSES = Counter("realtime_closes", "Sockets that the server closed.", ["code"], registry=_registry)
PAGES = Counter(
    "realtime_sync_pages",
    "Pages of the past, by where they came from.",
    ["source"],
    registry=_registry,
)
RESETS = Counter(
    "realtime_resets", "Readers who had to fetch afresh.", ["reason"], registry=_registry
)
ERRORS = Counter(
    "realtime_frame_errors",
    "Frames of clients that were answered by an error.",
    ["code"],
    registry=_registry,
)
BEHIND = Gauge(
    "realtime_log_behind",
    "Entries of the log that were not yet handed out at the last look; of the furthest behind.",
    registry=_registry,
    multiprocess_mode="livemax",
)
UNNUMBERED = Gauge(
    "realtime_log_unnumbered",
    "Committed entries that have waited for their number for too long, at the last minute's look.",
    registry=_registry,
    multiprocess_mode="livemax",
)
LIMIT = Gauge(
    "realtime_max_connections",
    "Sockets and streams that all processes here may have open.",
    registry=_registry,
    multiprocess_mode="livesum",
)
DRAINING = Gauge(
    "realtime_draining",
    "1 while a process here sends its sockets elsewhere.",
    registry=_registry,
    multiprocess_mode="livemax",
)
DATABASE_ERRORS = Counter(
    "realtime_database_errors",
    "Looks at the log that found no database.",
    registry=_registry,
)
REQUESTS = Histogram(
    "realtime_request_seconds",
    "Answers to requests, but for streams and polls, which wait on purpose.",
    ["status"],
    registry=_registry,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LAYER_ERRORS = Counter(
    "realtime_layer_errors", "Messages that the channel layer did not take.", registry=_registry
)


def handed_out(events: Sequence[Envelope], readers: int) -> None:
    """Count events that went to so many readers each."""
    now = datetime.now(UTC)
    for event in events:
        EVENTS.labels(event.type or "rights").inc()
        LAG.observe(max(0.0, (now - datetime.fromisoformat(event.ts)).total_seconds()))
    DELIVERIES.inc(len(events) * readers)
    POSITION.set(events[-1].seq)


def answered(status: int, seconds: float) -> None:
    """Count an answer; ``status`` only by its class, for clients choose the rest."""
    REQUESTS.labels(f"{status // 100}xx").observe(seconds)


class Tally(NamedTuple):
    """What this process has counted until now, as the live page wants it."""

    #: Open now, by transport.
    connections: dict[str, int]
    events: float
    deliveries: float
    #: Of the lag: upper bounds in seconds, each with how many events were not above it.
    lag: tuple[tuple[float, float], ...]
    slow_cuts: int
    #: Pages of the past, by where they came from.
    replays: dict[str, int]
    resets: int


def tally() -> Tally:
    """Read the counters; nothing is counted for it."""
    return Tally(
        connections=_by_label(CONNECTIONS, "transport"),
        events=sum(_by_label(EVENTS, "type").values()),
        deliveries=next(s.value for m in DELIVERIES.collect() for s in m.samples),
        lag=tuple(
            (float(sample.labels["le"]), sample.value)
            for metric in LAG.collect()
            for sample in metric.samples
            if sample.name.endswith("_bucket")
        ),
        slow_cuts=_by_label(CLOSES, "code").get(str(int(CloseCode.SLOW_CONSUMER)), 0),
        replays=_by_label(PAGES, "source"),
        resets=sum(_by_label(RESETS, "reason").values()),
    )


def _by_label(metric: Gauge | Counter, label: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for collected in metric.collect():
        for sample in collected.samples:
            if not sample.name.endswith("_created"):
                found[sample.labels[label]] = int(sample.value)
    return found


def exposition() -> bytes:
    """All that is counted, in Prometheus' text format."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest(_registry)
    _forget_the_dead(Path(folder))
    together = CollectorRegistry()
    MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def _forget_the_dead(folder: Path) -> None:
    """A worker that was killed has no open sockets."""
    for path in folder.glob("gauge_live*.db"):
        pid = int(re.sub(r"\D", "", path.stem))
        if not Path(f"/proc/{pid}").exists():
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]

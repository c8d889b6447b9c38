"""One peer measured once: connect, idle, a moderate rate, bursts, saturation, overlapping rooms.

CPU is that of all processes of the server, user and system; Redis is counted apart.
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.client import Client
from benchmarks.peers.peer import Peer
from benchmarks.processes import cpu_seconds, family, resident_kib
from benchmarks.writer import Writer

#: Seconds after which memory and CPU are those of an idle server.
SETTLE_SECONDS = 2.0
#: Sockets that come and go first, so that what a server loads once is not counted as theirs.
WARM_SOCKETS = 50


@dataclass(frozen=True)
class Load:
    """How much a peer is given."""

    moderate_events: int
    moderate_interval: float
    bursts: int
    burst_events: int
    saturation_events: int
    seconds: float

    @classmethod
    def of(cls, peer: Peer, *, quick: bool) -> "Load":
        """Twenty events a second; two for those who could not keep up with that."""
        if peer.slow:
            return cls(6 if quick else 12, 0.5, 1, 20, 20, 30)
        if quick:
            return cls(60, 0.05, 1, 100, 300, 30)
        return cls(100, 0.05, 3, 100, 500, 40)


def measure(peer: Peer, *, quick: bool = False) -> dict[str, Any]:
    """All figures of a peer that runs."""
    load = Load.of(peer, quick=quick)
    result: dict[str, Any] = {"load": asdict(load)}
    assert peer.server is not None and peer.server.process is not None
    with Client(peer.port, WARM_SOCKETS, peer.client(1)) as client:
        client.report()
    time.sleep(SETTLE_SECONDS)
    meter = _Meter(peer)
    before = meter.resident()
    with Client(peer.port, peer.sockets, peer.client(1)) as client:
        result["connect"] = _connect(client, meter)
        time.sleep(SETTLE_SECONDS)
        result["idleKibPerSocket"] = round((meter.resident() - before) / peer.sockets, 2)
        with peer.writer(1) as writer:
            _warm(client, writer, peer)
            result["moderate"] = _moderate(client, writer, meter, load, peer.sockets)
        with peer.burst_writer() as writer:
            _warm(client, writer, peer)
            result["bursts"] = _bursts(client, writer, meter, load, peer.sockets)
            result["saturation"] = _saturation(client, writer, meter, load, peer.sockets)
    time.sleep(SETTLE_SECONDS)
    with Client(peer.port, peer.sockets, peer.client(3)) as client, peer.writer(3) as writer:
        client.report()
        _warm(client, writer, peer)
        result["rooms3"] = _moderate(client, writer, meter, load, peer.sockets)
    return result


class _Meter:
    """The CPU of the server and of its Redis between two moments."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def cpu(self) -> tuple[float, float]:
        """Seconds so far, of the server and of Redis."""
        return self._seconds(self._peer.server), self._seconds(self._peer.redis)

    def resident(self) -> float:
        """KiB of the server now."""
        assert self._peer.server is not None and self._peer.server.process is not None
        return resident_kib(family(self._peer.server.process.pid))

    @staticmethod
    def _seconds(server: Any) -> float:
        return cpu_seconds(family(server.process.pid)) if server is not None else 0.0


def _connect(client: Client, meter: _Meter) -> dict[str, Any]:
    """CPU is read as soon as all are ready; the client has begun before we look, by 1 or 2."""
    before = meter.cpu()[0]
    report = client.report()
    seconds = meter.cpu()[0] - before
    return {
        "ready": report["ready"],
        "failed": report["failed"],
        "seconds": report["connectSeconds"],
        "cpuSeconds": round(seconds, 3),
        "perCpuSecond": round(report["ready"] / max(seconds, 0.001)),
    }


def _warm(client: Client, writer: Writer, peer: Peer) -> None:
    writer.begin(3, interval=0.2)
    writer.done()
    client.until(3 * peer.sockets, 5)


def _moderate(
    client: Client, writer: Writer, meter: _Meter, load: Load, sockets: int
) -> dict[str, Any]:
    count = load.moderate_events
    before = meter.cpu()
    writer.begin(count, interval=load.moderate_interval)
    writer.done()
    report = client.until(count * sockets, load.seconds)
    return _deliveries(report, before, meter.cpu(), count * sockets)


def _bursts(
    client: Client, writer: Writer, meter: _Meter, load: Load, sockets: int
) -> dict[str, Any]:
    count = load.burst_events * load.bursts
    before = meter.cpu()
    reports = []
    for _burst in range(load.bursts):
        writer.begin(load.burst_events, burst=load.burst_events)
        writer.done()
        reports.append(client.until(load.burst_events * sockets, load.seconds))
    report = reports[-1] | {
        name: sum(one[name] for one in reports)
        for name in ("events", "frames", "lost", "duplicates", "outOfOrder", "clientCpuSeconds")
    }
    return _deliveries(report, before, meter.cpu(), count * sockets)


def _saturation(
    client: Client, writer: Writer, meter: _Meter, load: Load, sockets: int
) -> dict[str, Any]:
    """Bursts without a pause; the time is from the first event written to the last delivered."""
    count = load.saturation_events
    before, began = meter.cpu(), time.time_ns()
    writer.begin(count, burst=load.burst_events)
    report = client.until(count * sockets, load.seconds)
    writer.done()
    seconds = max(0.001, (report["lastNs"] - began) / 1e9)
    found = _deliveries(report, before, meter.cpu(), count * sockets)
    return found | {"perSecond": round(report["events"] / seconds), "seconds": round(seconds, 2)}


def _deliveries(
    report: dict[str, Any], before: tuple[float, float], after: tuple[float, float], expected: int
) -> dict[str, Any]:
    """What one phase cost; a repeated event costs, and counts as one delivery."""
    unique = report["events"] - report["duplicates"] - report["outOfOrder"]
    server, redis = (1e6 * (b - a) for a, b in zip(before, after, strict=True))
    return {
        "expected": expected,
        "delivered": unique,
        "missing": max(0, expected - unique),
        "lost": report["lost"],
        "repeats": report["duplicates"] + report["outOfOrder"],
        "closed": report["closed"],
        "cpuUs": round(server / max(1, unique), 3),
        "redisCpuUs": round(redis / max(1, unique), 3),
        "clientCpuUs": round(1e6 * report["clientCpuSeconds"] / max(1, unique), 3),
        "bytesPerEvent": round(report["bytes"] / max(1, report["events"])),
        "p50Ms": report["latencyMs"]["p50"],
        "p99Ms": report["latencyMs"]["p99"],
        "maxMs": report["latencyMs"]["max"],
    }

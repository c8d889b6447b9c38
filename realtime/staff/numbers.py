"""From what a process counts to what the live page shows: rates, quantiles, the largest rooms.

Pure: two tallies and the time between them.
"""

from collections.abc import Iterable, Sequence
from heapq import nlargest
from math import inf

#: Rooms that a process names.
MAX_ROOMS = 10

#: Upper bounds in seconds, each with how many were not above it.
Buckets = Sequence[tuple[float, float]]


def per_second(before: float, now: float, seconds: float) -> float:
    """A rate with one decimal place; 0 where no time has passed."""
    return round(max(0.0, now - before) / seconds, 1) if seconds > 0 else 0.0


def quantile(before: Buckets, now: Buckets, share: float) -> float | None:
    """Milliseconds that ``share`` of what was counted between the two took at most.

    Inside a bucket counts are taken to be spread evenly. Above the last bound it is that bound.
    None when nothing was counted.
    """
    earlier = dict(before)
    counts = [(bound, count - earlier.get(bound, 0.0)) for bound, count in now]
    total = counts[-1][1] if counts else 0.0
    if total <= 0:
        return None
    wanted, below, lower = total * share, 0.0, 0.0
    for bound, count in counts:
        if count >= wanted and count > below:
            if bound == inf:
                return round(1000 * lower, 1)
            return round(1000 * (lower + (bound - lower) * (wanted - below) / (count - below)), 1)
        below, lower = count, bound
    return None


def largest(rooms: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The rooms with the most members, the largest first; of equal ones by name."""
    return nlargest(MAX_ROOMS, rooms, key=lambda one: (one[1], one[0]))

"""A process that ends sends those who are here elsewhere, and does so that it is no storm there.

Where other servers serve the site too (``SERVERS``), they are let go one by one while the rest is
still served: each is away for a moment, and the others take them at a pace that they hardly notice.
Where there are none, all go at once: nobody takes them before this one has been started anew.
"""

import asyncio
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from realtime import metrics
from realtime.frames import CloseCode

if TYPE_CHECKING:
    from realtime.connection import Connection
    from realtime.hub import Hub

#: Readers a second that are let go where others take them, and the seconds after which the last
#: has gone, however many they are.
PARTINGS_PER_SECOND, PARTING_SECONDS = 100, 15.0
#: Sockets a second that come back elsewhere, and the seconds that this takes at least and at most.
#: A handshake costs 2 ms: the cores that take them have other work too.
RETURNS_PER_SECOND, LEAST_SPREAD, MOST_SPREAD = 800, 1.0, 30.0
#: Seconds for sockets to close once they were told.
CLOSING_SECONDS = 5.0
#: Seconds between two handfuls, and how many are told before the loop gets a turn.
TICK, HANDFUL = 0.05, 256


def most_seconds() -> float:
    """What :func:`drain` takes at most."""
    return CLOSING_SECONDS + (PARTING_SECONDS if _others_take_over() else 0)


def spread(sockets: int, seconds: float = 0) -> float:
    """Seconds over which so many are to spread their return, who are let go over ``seconds``."""
    wanted = sockets / RETURNS_PER_SECOND - seconds
    return round(min(MOST_SPREAD, max(LEAST_SPREAD, wanted)), 1)


class Pace(NamedTuple):
    """How those who are here are let go."""

    #: Seconds from the first to the last.
    seconds: float
    #: How many are told before the others get a turn.
    handful: int


def pace(readers: int, *, others: bool) -> Pace:
    """For so many readers, where other servers take them over, and where there are none."""
    if not others:
        return Pace(0, HANDFUL)
    seconds = min(PARTING_SECONDS, readers / PARTINGS_PER_SECOND)
    return Pace(seconds, max(1, math.ceil(readers * TICK / seconds)) if readers else 1)


async def drain(hub: "Hub") -> None:
    """Tell all to come back elsewhere, and wait until they are gone."""
    hub.draining = True
    metrics.DRAINING.set(1)
    readers = list(hub.readers.connections)
    chosen = pace(len(readers), others=_others_take_over())
    hub.spread = spread(len(hub.sockets), chosen.seconds)
    for some in _handfuls(readers, chosen.handful):
        for one in some:
            one.close(CloseCode.DRAINING)
        await asyncio.sleep(TICK if chosen.seconds else 0)
    # Those too who have not said who they are, or came in the last moment.
    for late in (*hub.sockets, *hub.readers.connections):
        late.close(CloseCode.DRAINING)
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            while hub.sockets:
                await asyncio.sleep(0.02)


def _handfuls(readers: list["Connection"], size: int) -> Iterator[list["Connection"]]:
    for begin in range(0, len(readers), size):
        yield readers[begin : begin + size]


def _others_take_over() -> bool:
    servers: int = getattr(settings, "SERVERS", 1)
    return servers > 1

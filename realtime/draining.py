"""A process that ends sends those who are here elsewhere, and does so that it is no storm there.

Where other servers serve the site too (``SERVERS``), they are let go one by one while the rest is
still served: each is away for a moment, and the others take them at a pace that they hardly notice.
Where there are none, all go at once: nobody takes them before this one has been started anew.
"""

import asyncio
import math
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from realtime import metrics
from realtime.conf import site
from realtime.frames import CloseCode

if TYPE_CHECKING:
    from realtime.hub import Hub

#: Readers that are told together where others take them, at least: they come there together, and
#: what each needs of the database is read for all of them at once.
WAVE = 25
#: Seconds between two waves, and from the first to the last at most.
PAUSE, PARTING_SECONDS = 1.0, 30.0
#: Readers that are told before the loop gets a turn, where all go at once.
HANDFUL = 256
#: Sockets a second that come back elsewhere. A handshake costs 2 ms: the cores that take them have
#: other work too.
RETURNS_PER_SECOND = 800
#: Seconds over which they do at least, where all go at once, and at most. A wave comes together.
LEAST_SPREAD, MOST_SPREAD = 1.0, 30.0
#: Seconds for sockets to close once they were told.
CLOSING_SECONDS = 5.0


def most_seconds() -> float:
    """What :func:`drain` takes at most."""
    return CLOSING_SECONDS + (PARTING_SECONDS if _others_take_over() else 0)


def spread(sockets: int, seconds: float = 0, *, least: float = LEAST_SPREAD) -> float:
    """Seconds over which so many are to spread their return, who are let go over ``seconds``."""
    wanted = sockets / RETURNS_PER_SECOND - seconds
    return round(min(MOST_SPREAD, max(least, wanted)), 1)


class Pace(NamedTuple):
    """How those who are here are let go."""

    #: How many are told together.
    wave: int
    #: Seconds from one wave to the next.
    pause: float
    #: Seconds over which those of a wave spread their return.
    spread: float


def pace(readers: int, *, others: bool) -> Pace:
    """For so many readers, where other servers take them over, and where there are none."""
    if not others:
        return Pace(HANDFUL, 0, spread(readers))
    wave = max(WAVE, math.ceil(readers * PAUSE / PARTING_SECONDS))
    seconds = PAUSE * readers / wave
    return Pace(wave, PAUSE, spread(readers, seconds, least=0))


async def drain(hub: "Hub") -> None:
    """Tell all to come back elsewhere, and wait until they are gone."""
    hub.draining = True
    metrics.DRAINING.set(1)
    readers = list(hub.readers.connections)
    wave, pause, hub.spread = pace(len(readers), others=_others_take_over())
    for begin in range(0, len(readers), wave):
        if begin:
            await asyncio.sleep(pause)
        for one in readers[begin : begin + wave]:
            one.close(CloseCode.DRAINING)
    # Those too who have not said who they are, or came in the last moment.
    for late in (*hub.sockets, *hub.readers.connections):
        late.close(CloseCode.DRAINING)
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            while hub.sockets:
                await asyncio.sleep(0.02)


def _others_take_over() -> bool:
    return int(site("SERVERS")) > 1

"""Tells staff the numbers of this process once a second, while somebody anywhere watches.

In the event loop, one for each hub. While nobody watches there is nothing: no task, no timer, no
query and no message. It begins when somebody joins the room here, or when another process, where
somebody is in it, tells its own numbers. It reads what is counted anyway, and counts nothing.
"""

import asyncio
import logging
import os
import socket
import time
from collections import deque
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from realtime.database import in_database
from realtime.envelope import Envelope, Errand, Parcel, Whisper
from realtime.events import Audience
from realtime.hub import Hub
from realtime.metrics import Tally, tally
from realtime.models import LogEntry
from realtime.registry import registry
from realtime.staff import errands, numbers
from realtime.staff.events import LogLine, StaffEvents, StaffStats
from realtime.staff.room import ROOM

logger = logging.getLogger(__name__)

#: Seconds between two times of telling.
TICK = 1.0
#: Seconds for which one goes on without hearing that somebody watches elsewhere.
PATIENCE = 3.5
#: Ticks over which the lag is taken together: in one second there may be no event at all.
LAG_TICKS = 10
#: Unnumbered entries that are counted; that there are more is enough to know.
MAX_BACKLOG = 10_000
#: Events that a page is shown in each quarter of a second.
LINES, LINES_SECONDS = 25, 0.25
#: What a telling process says of itself; read without decoding the rest.
WATCHED = b'"isWatched":true'

NAME = f"{socket.gethostname().partition('.')[0]}:{os.getpid()}"


class Moment(NamedTuple):
    """What was counted by then."""

    at: float
    tally: Tally


class Watch:
    """The reporter of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self._heard_at = -PATIENCE
        self._moments: deque[Moment] = deque(maxlen=LAG_TICKS + 1)
        self._lines: list[LogLine] = []
        self._skipped = 0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, hub: Hub) -> "Watch":
        """The one of this hub."""
        watch = _watches.get(hub)
        if watch is None:
            watch = _watches[hub] = cls(hub)
        return watch

    def begin(self) -> None:
        """Somebody watches: tell the numbers from now on, until nobody does."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="staff watch")

    def end(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def heard_of_one(self) -> None:
        """Somebody watches at another process."""
        self._heard_at = time.monotonic()
        self.begin()

    def is_watched_here(self) -> bool:
        """Whether somebody at this process is in the room."""
        return bool(self._hub.readers.inhabited((ROOM,)))

    async def _work(self) -> None:
        self._moments.clear()
        self._moments.append(Moment(time.monotonic(), tally()))
        registry.delivered.append(self._passed)
        try:
            while self._is_watched() and Hub.running() is self._hub:
                self._hub.whisper(await self._stats(), Audience(rooms=(ROOM,)))
                await asyncio.sleep(TICK)
        except Exception:
            logger.exception("the live page is not told any more, until somebody opens it anew")
        finally:
            registry.delivered.remove(self._passed)

    def _is_watched(self) -> bool:
        return self.is_watched_here() or time.monotonic() - self._heard_at < PATIENCE

    # -- numbers ---------------------------------------------------------------------------

    async def _stats(self) -> StaffStats:
        now, before, oldest = Moment(time.monotonic(), tally()), self._moments[-1], self._moments[0]
        self._moments.append(now)
        seconds, counted = now.at - before.at, now.tally
        return StaffStats(
            node=self._hub.node,
            name=NAME,
            is_watched=self.is_watched_here(),
            connections=counted.connections,
            users=self._hub.readers.users,
            events=numbers.per_second(before.tally.events, counted.events, seconds),
            deliveries=numbers.per_second(before.tally.deliveries, counted.deliveries, seconds),
            lag50=numbers.quantile(oldest.tally.lag, counted.lag, 0.5),
            lag99=numbers.quantile(oldest.tally.lag, counted.lag, 0.99),
            head=self._hub.handed_out,
            backlog=await self._backlog(),
            slow_cuts=counted.slow_cuts,
            replays=counted.replays,
            resets=counted.resets,
            rooms=numbers.largest(self._hub.readers.sizes()),
        )

    @staticmethod
    async def _backlog() -> int | None:
        with suppress(DatabaseError, TimeoutError):
            async with asyncio.timeout(TICK):
                return await in_database(_unnumbered)
        return None

    # -- the log ---------------------------------------------------------------------------

    def _passed(self, event: Envelope) -> None:
        """An event was handed out here; the pages at this process are shown it."""
        if Hub.running() is not self._hub or not self.is_watched_here():
            return
        if len(self._lines) < LINES:
            self._lines.append(_line(event))
        else:
            self._skipped += 1
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LINES_SECONDS, self._show)

    def _show(self) -> None:
        shown = StaffEvents(events=self._lines, skipped=self._skipped)
        self._timer, self._lines, self._skipped = None, [], 0
        # Here alone: every process with a page follows the log itself.
        self._hub.pass_on(self._hub.whispered(shown, Audience(rooms=(ROOM,))))


def heard(parcel: Parcel) -> None:
    """Another process has told something: is it about the live page?"""
    hub = Hub.running()
    if hub is None:
        return
    if isinstance(parcel, Errand):
        errands.run(hub, parcel, NAME)
    elif (
        isinstance(parcel, Whisper)
        and parcel.type == StaffStats.type
        and WATCHED in bytes(parcel.payload)
    ):
        Watch.of(hub).heard_of_one()


async def ending() -> None:
    """The process ends: so does the telling."""
    hub = Hub.running()
    if hub is not None and (watch := _watches.get(hub)) is not None:
        watch.end()


def _line(event: Envelope) -> LogLine:
    return LogLine(
        seq=str(event.seq),
        type=event.type,
        rooms=event.rooms,
        ts=event.ts,
        op=event.op,
        effects=tuple(type(effect).__name__.lower() for effect in event.effects),
        payload=event.payload,
    )


def _unnumbered() -> int:
    return LogEntry.objects.filter(seq__isnull=True)[:MAX_BACKLOG].count()


_watches: "WeakKeyDictionary[Hub, Watch]" = WeakKeyDictionary()

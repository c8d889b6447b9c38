"""What staff is told in its own room, once, while somebody is there.

Pure: values only.
"""

from typing import ClassVar

import msgspec

from realtime.events import Event, Wire


class StaffStats(Event, frozen=True, kw_only=True):
    """A process has told its numbers: totals since its start, or of this second where named so."""

    type: ClassVar[str] = "staff:stats"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("staff",)
    #: The process: its name among all, and its machine and number for people.
    node: str
    name: str
    #: Whether somebody at this very process watches: that keeps the others telling, too.
    is_watched: bool
    #: Open now, by transport; the users behind them.
    connections: dict[str, int]
    users: int
    #: Per second, since the last time: events of the log, and these times their readers here.
    events: float
    deliveries: float
    #: Milliseconds that half and 99 of 100 events of the last ten seconds took; null without any.
    lag50: float | None
    lag99: float | None
    #: The newest number of the log that is with its readers here; entries that have none yet,
    #: null where the database does not say.
    head: int
    backlog: int | None
    slow_cuts: int
    replays: dict[str, int]
    resets: int
    #: The largest rooms here, the largest first.
    rooms: list[tuple[str, int]]


class LogLine(Wire, frozen=True, kw_only=True):
    """An entry of the log as staff sees it; ``type`` is empty where only rights changed."""

    seq: str
    type: str
    rooms: tuple[str, ...]
    ts: str
    op: str | None
    effects: tuple[str, ...]
    payload: msgspec.Raw


class StaffEvents(Event, frozen=True, kw_only=True):
    """Events have passed, oldest first; ``skipped`` more came too fast to be shown."""

    type: ClassVar[str] = "staff:events"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("staff",)
    events: list[LogLine]
    skipped: int


class OpenSocket(Wire, frozen=True, kw_only=True):
    """One connection of a user; ``unsent`` are bytes."""

    id: str
    transport: str
    since: str
    rooms: list[str]
    unsent: int


class StaffSockets(Event, frozen=True, kw_only=True):
    """A process has told which connections a user has there; ``ask`` names the question."""

    type: ClassVar[str] = "staff:sockets"
    durable: ClassVar[bool] = False
    sent_to: ClassVar[tuple[str, ...]] = ("staff",)
    ask: str
    node: str
    name: str
    user_id: str
    sockets: list[OpenSocket]

"""What is written down of a history while it runs: writes, the log, and what each reader got.

Values only; times are of the system's monotonic clock, which all processes share.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

#: How a write ended, as its writer was told; "unknown" where no answer came.
Outcome = Literal["done", "refused", "rolled back", "unknown"]
#: What the engine promises of a stretch of a stream (see ``checker.py``).
Promise = Literal["live", "replay", "replay, then live", "live, then replay"]


@dataclass
class Write:
    """One write, by REST or in a process of its own; ``op`` is in every entry that it made."""

    op: str
    kind: str
    begin: float
    end: float | None = None
    outcome: Outcome = "unknown"
    #: Types of entries of which each must be in the log when it is done.
    tells: tuple[str, ...] = ()
    #: What the writer was told, for the report.
    answer: Any = None


@dataclass(frozen=True)
class Entry:
    """A row of the log, as it is at the end."""

    id: int
    seq: int
    type: str
    rooms: tuple[str, ...]
    people: tuple[str, ...]
    op: str | None
    ts: str
    payload: Any


@dataclass
class Stretch:
    """A stretch of one reader's stream: all that it was sent of the entries (after, upto]."""

    reader: str
    user: str
    #: Transport, server and number of the session, for the report.
    session: str
    promise: Promise
    after: int
    upto: int
    #: The past was asked for at ``begin``, and had been told at ``until``.
    begin: float = 0.0
    until: float = 0.0
    #: Of "live, then replay": the cursor that was asked from, which live frames have passed since.
    asked: int | None = None
    frames: list[Json] = field(default_factory=list)
    #: When each frame came.
    times: list[float] = field(default_factory=list)


@dataclass
class Fresh:
    """What REST tells one reader at the end."""

    posts: dict[str, Json]
    #: Post id → its comments by id, of some posts.
    comments: dict[str, dict[str, Json]]
    unread: int | None


@dataclass
class Tables:
    """The rows at the end, of this history's users alone."""

    posts: dict[str, Json]
    comments: dict[str, Json]
    likes: set[tuple[str, str]]
    follows: set[tuple[str, str]]
    blocks: set[tuple[str, str]]


@dataclass
class History:
    """All of it. ``start`` is the log's position before the first write."""

    epoch: str
    start: int
    users: list[str]
    writes: list[Write] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    #: Reader → whose it is.
    readers: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, Fresh] = field(default_factory=dict)
    tables: Tables | None = None
    #: What was seen to be wrong while it ran.
    wrong: list[str] = field(default_factory=list)
    #: Entries at the end without a number.
    unnumbered: int = 0

    @property
    def deliveries(self) -> int:
        return sum(len(stretch.frames) for stretch in self.stretches)

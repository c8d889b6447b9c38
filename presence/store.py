"""Where presence is kept: what every store promises, in values and one protocol.

Life of a presence:  socket → tracker → node → **store** → node → tracker → browser
Pure. ``ledger.py`` keeps it within one process, ``redis_store.py`` for several processes and
servers; both pass the same tests. All times are Unix milliseconds of the store's own clock.

Each server process is a node. A node speaks to the store by *beats*: it says which sockets came
and went since the last one, renews its lease, and hears what changed. That is all there is, so
the store's work per second grows with the nodes, not with their sockets.
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

#: A node that is not heard of for so long is dead, and its sockets with it.
LEASE_MS = 15_000
#: How often a node without news is heard of.
RENEW_MS = 5_000
#: Changes of so long are told together, comings and goings by turns: so nobody gets more than
#: four frames in a second.
WINDOW_MS = 300
#: A user who comes back this soon was never away: 5 s, and the window by which a beat is late.
GRACE_MS = 5_000 + WINDOW_MS
#: When somebody was last seen is kept for 90 days.
SEEN_MS = 90 * 24 * 3600 * 1000
#: The most that one beat brings, frees or tells of each sort.
STEP = 2_000
#: So many tellings are kept for nodes that are behind; one that is further behind looks afresh.
KEPT_NEWS = 256
#: The most tellings that one beat answers with.
NEWS_LIMIT = 32


class Op(NamedTuple):
    """Something that happened at a node. An op may come twice: the second does nothing."""

    #: A socket came, a socket went, or a user who has gone is not to be waited for.
    kind: Literal["come", "go", "hurry"]
    #: Names the socket among those of its node; holds no colon.
    entry: str
    user: str


class News(msgspec.Struct, frozen=True):
    """One telling: who came online, or who went offline. The next has the next version."""

    version: int
    online: tuple[str, ...]
    #: With the time at which each was last seen.
    offline: tuple[tuple[str, int], ...]


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """The store's answer to a beat."""

    now: int
    #: The node's lease has lapsed: nothing was done, and it must register under another name.
    fenced: bool
    #: The newest telling's; ``news`` may end before it.
    version: int
    #: Milliseconds until something is due.
    wait: int
    #: Whether there are changes that are not in any telling yet.
    pending: bool
    #: Oldest first.
    news: tuple[News, ...]


class Snapshot(msgspec.Struct, frozen=True):
    """Who is online as of ``version``, who came first first. ``now`` is the store's time."""

    version: int
    users: tuple[str, ...]
    now: int


class Sighting(msgspec.Struct, frozen=True):
    """Of some users, who is online and when each was last seen, where that is known."""

    online: set[str]
    seen: dict[str, int]


class StoreUnavailable(Exception):
    """The store does not answer; what was asked of it may or may not have been done."""


class Store(Protocol):
    """Presence of all nodes. Everything here may raise StoreUnavailable."""

    async def beat(self, node: str, *, register: bool, ops: Sequence[Op], since: int) -> Beat:
        """Renew the node's lease, take its ops in order, do what is due, and tell the news.

        ``since`` is the version that the node has; where the tellings after it are not kept any
        more, the news do not begin there. Each transition is in exactly one telling.
        """

    async def snapshot(self) -> Snapshot:
        """Everybody who is online."""

    async def claim(self, key: str, ms: int) -> bool:
        """Whether nobody in any process has claimed ``key`` in the last ``ms``."""

    def look_up(self, users: Collection[str]) -> Sighting:
        """For request threads: it blocks."""

    async def close(self) -> None:
        """Let go of connections; the store may be used again."""

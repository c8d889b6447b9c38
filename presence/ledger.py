"""Presence within one process: the arithmetic, and the store that needs no server.

Life of a presence:  socket → tracker → node → **store** → node → tracker → browser
Pure: ``now`` is an argument, in milliseconds. ``beat.lua`` does the same steps inside Redis, in
the same order and under the same names; change one and the other must follow.
"""

import time
from collections.abc import Callable, Collection, Sequence
from itertools import takewhile

from presence.store import (
    GRACE_MS,
    KEPT_NEWS,
    LEASE_MS,
    NEWS_LIMIT,
    SEEN_MS,
    STEP,
    WINDOW_MS,
    Beat,
    News,
    Op,
    Sighting,
    Snapshot,
)


class Ledger:
    """Nodes with their leases, their sockets, and what of it has been told."""

    def __init__(self) -> None:
        #: Node → when its lease ends; and of those whose lease has ended, when it did.
        self.nodes: dict[str, int] = {}
        self.dead: dict[str, int] = {}
        #: Node → its sockets as (entry, user).
        self.entries: dict[str, set[tuple[str, str]]] = {}
        #: User → number of sockets at all nodes; never 0.
        self.counts: dict[str, int] = {}
        #: User without sockets → when they count as offline.
        self.leaving: dict[str, int] = {}
        #: Who came and who went, still to be told. A coming and a going cancel out.
        self.came: dict[str, None] = {}
        self.went: dict[str, None] = {}
        #: Who has been told to be online, who came first first.
        self.online: dict[str, None] = {}
        self.seen: dict[str, int] = {}
        self.news: list[News] = []
        self.version = 0
        self.tell_at = 0
        self.told_last = "went"

    def beat(self, node: str, *, register: bool, ops: Sequence[Op], since: int, now: int) -> Beat:
        """See ``Store.beat``."""
        self.version = self.version or max(now, since)
        self._bury(now)
        self._free_the_dead(now)
        fenced = not register and node not in self.nodes
        if not fenced:
            self.nodes[node] = now + LEASE_MS
            for op in ops:
                self._do(node, op, now)
        self._let_go(now)
        self._tell(now)
        news = [one for one in self.news if one.version > since][:NEWS_LIMIT]
        return Beat(
            now=now,
            fenced=fenced,
            version=self.version,
            wait=self._wait(now),
            pending=bool(self.came or self.went),
            news=tuple(news) if since <= self.version else (),
        )

    # -- steps -----------------------------------------------------------------------------

    def _bury(self, now: int) -> None:
        for node in [one for one, lease in self.nodes.items() if lease <= now]:
            self.dead[node] = self.nodes.pop(node)

    def _free_the_dead(self, now: int) -> None:
        budget = STEP
        for node, lease in list(self.dead.items()):
            entries = self.entries.get(node, set())
            while entries and budget:
                entry, user = next(iter(entries))
                self._go(node, entry, user, seen=lease - LEASE_MS, now=now)
                budget -= 1
            if not entries:
                del self.dead[node]
                self.entries.pop(node, None)

    def _do(self, node: str, op: Op, now: int) -> None:
        match op.kind:
            case "come":
                self._come(node, op.entry, op.user)
            case "go":
                self._go(node, op.entry, op.user, seen=now, now=now)
            case "hurry":
                if op.user in self.leaving:
                    self.leaving[op.user] = now

    def _come(self, node: str, entry: str, user: str) -> None:
        entries = self.entries.setdefault(node, set())
        if (entry, user) in entries:
            return
        entries.add((entry, user))
        self.counts[user] = self.counts.get(user, 0) + 1
        # Whoever is still waited for was never away.
        if self.counts[user] == 1 and self.leaving.pop(user, None) is None:
            _exchange(user, self.went, self.came)

    def _go(self, node: str, entry: str, user: str, *, seen: int, now: int) -> None:
        entries = self.entries.get(node, set())
        if (entry, user) not in entries:
            return
        entries.discard((entry, user))
        self.counts[user] -= 1
        if self.counts[user] == 0:
            del self.counts[user]
            # Taken out first, so that the oldest stand first.
            self.seen[user] = max(seen, self.seen.pop(user, 0))
            self.leaving[user] = now + GRACE_MS

    def _let_go(self, now: int) -> None:
        due = sorted((at, user) for user, at in self.leaving.items() if at <= now)
        for _at, user in due[:STEP]:
            del self.leaving[user]
            _exchange(user, self.came, self.went)
        for user in list(takewhile(lambda one: self.seen[one] <= now - SEEN_MS, self.seen)):
            del self.seen[user]

    def _tell(self, now: int) -> None:
        # A clock that was set back must not silence us for long.
        if not (self.came or self.went) or now < self.tell_at <= now + 2 * WINDOW_MS:
            return
        came_is_next = self.came and (self.told_last == "went" or not self.went)
        self.told_last = "came" if came_is_next else "went"
        self.version += 1
        self.tell_at = now + WINDOW_MS
        self.news.append(self._take_came() if came_is_next else self._take_went(now))
        del self.news[:-KEPT_NEWS]

    def _take_came(self) -> News:
        users = list(self.came)[:STEP]
        for user in users:
            del self.came[user]
            self.online[user] = None
        return News(self.version, tuple(users), ())

    def _take_went(self, now: int) -> News:
        users = list(self.went)[:STEP]
        for user in users:
            del self.went[user], self.online[user]
        return News(self.version, (), tuple((user, self.seen.get(user, now)) for user in users))

    def _wait(self, now: int) -> int:
        due = [*self.leaving.values(), *self.nodes.values()]
        due += [self.tell_at] if self.came or self.went else []
        due += [now] if self.dead else []
        return max(0, min([now + LEASE_MS, *due]) - now)


def _exchange(user: str, undone: dict[str, None], done: dict[str, None]) -> None:
    """Take back what is not told yet, or have the opposite told."""
    if user in undone:
        del undone[user]
    else:
        done[user] = None


def _clock() -> int:
    return time.time_ns() // 1_000_000


class MemoryStore:
    """The store of a process that is alone."""

    def __init__(self, clock: Callable[[], int] = _clock) -> None:
        self.ledger = Ledger()
        self._clock = clock
        #: Key → until when it is claimed.
        self._claims: dict[str, int] = {}

    async def beat(self, node: str, *, register: bool, ops: Sequence[Op], since: int) -> Beat:
        return self.ledger.beat(node, register=register, ops=ops, since=since, now=self._clock())

    async def snapshot(self) -> Snapshot:
        return Snapshot(self.ledger.version, tuple(self.ledger.online), self._clock())

    async def claim(self, key: str, ms: int) -> bool:
        now = self._clock()
        self._claims = {one: until for one, until in self._claims.items() if until > now}
        if key in self._claims:
            return False
        self._claims[key] = now + ms
        return True

    def look_up(self, users: Collection[str]) -> Sighting:
        ledger = self.ledger
        seen = {user: ledger.seen[user] for user in users if user in ledger.seen}
        return Sighting({user for user in users if user in ledger.online}, seen)

    async def close(self) -> None:
        return None

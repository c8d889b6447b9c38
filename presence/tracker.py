"""Presence in the event loop: knows this process's sockets, beats, and has its readers told.

Life of a presence:  socket → **tracker** → node → store → node → **tracker** → browser
One per hub. Each process tells its own readers, from the one list of tellings that all share;
so nothing is told twice, and what one process missed it tells later. Without the store it goes
on with what it knows: no socket closes for that.
"""

import asyncio
import logging
import random
from collections.abc import Collection
from contextlib import suppress
from itertools import count
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from presence import telling
from presence.choice import store
from presence.node import Node
from presence.rights import shown
from presence.store import RENEW_MS, WINDOW_MS, StoreUnavailable
from realtime.connection import Connection
from realtime.database import in_database
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.rooms import WhoIsOnline

logger = logging.getLogger(__name__)

#: The most users in one list.
MAX_LISTED = 1_000
#: Seconds between two beats of a process that has something to say, or somebody to tell.
PACE = WINDOW_MS / 1000
#: Seconds between two beats of a process that has neither.
IDLE_PACE = RENEW_MS / 1000
#: Seconds until the next try when the store or the database does not answer, ±20 %.
RETRY = 1.0
#: Seconds for which a list waits to be complete.
PATIENCE = 2.0


class Tracker:
    """The sockets of one process, as presence sees them."""

    def __init__(self, hub: Hub) -> None:
        self.node = Node(store())
        self._hub = hub
        #: Socket → its entry; None while it is not known whether its user is shown, or is not.
        self._sockets: dict[Connection, str | None] = {}
        #: Sockets whose users are to be looked up, in order.
        self._unsettled: dict[Connection, None] = {}
        self._numbers = count(1)
        self._wake = asyncio.Event()
        #: Those who wait for the end of the next beat.
        self._waiting: list[asyncio.Future[None]] = []
        #: In the loop's time: not before, and not without being woken.
        self._earliest = self._due = 0.0
        #: When the last beat began, and whether it is still under way.
        self._beat_at = float("-inf")
        self._is_beating = False
        #: The version by which all that was brought is told.
        self._complete_at = 0
        self._is_cut_off = False
        self._task = asyncio.create_task(self._run(), name="presence tracker")

    @classmethod
    def of(cls, hub: Hub) -> "Tracker":
        """The tracker of this hub, begun by the first who asks."""
        tracker = _trackers.get(hub)
        if tracker is None:
            tracker = _trackers[hub] = cls(hub)
        return tracker

    @staticmethod
    def running(hub: Hub) -> "Tracker | None":
        """The tracker of this hub, if anybody has asked for it."""
        return _trackers.get(hub)

    async def stop(self) -> None:
        """Say a last time who went, and beat no more."""
        self._task.cancel()
        _trackers.pop(self._hub, None)
        with suppress(StoreUnavailable):
            await self.node.beat()
        await store().close()

    # -- what happens here -----------------------------------------------------------------

    def arrived(self, connection: Connection) -> None:
        """A reader's stream has begun."""
        if connection not in self._sockets:
            self._sockets[connection] = None
            self._settle(connection)

    def departed(self, connection: Connection) -> None:
        """A reader's stream has ended."""
        self._withdraw(connection)
        self._sockets.pop(connection, None)

    def show(self, user: str, *, is_shown: bool) -> None:
        """A user wants to be seen from here on, or not to be."""
        for connection, entry in list(self._sockets.items()):
            if connection.user_id == user:
                if not is_shown:
                    self._withdraw(connection)
                if not is_shown or entry is None:
                    # An answer that is on its way may be too old.
                    self._settle(connection)
        if not is_shown:
            self.node.hurry(user)
        self._wake.set()

    def _settle(self, connection: Connection) -> None:
        self._unsettled[connection] = None
        self._wake.set()

    def _withdraw(self, connection: Connection) -> None:
        entry = self._sockets.get(connection)
        if entry is not None:
            self._sockets[connection] = None
            self.node.go(entry)
            self._wake.set()

    # -- who is online ---------------------------------------------------------------------

    async def snapshot(self, reader: Identity) -> WhoIsOnline:
        """Who is online for this reader, the newest first; all who came here before this call."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._all_told()
        # Nothing may be awaited from here on: what is told next must follow this list.
        mirror, parted = self.node.mirror, self._hub.readers.parted(reader.user_id)
        users = [user for user in reversed(mirror.online) if user not in parted]
        return WhoIsOnline(online_users=users[:MAX_LISTED], version=mirror.version)

    async def _all_told(self) -> None:
        """Return when nothing that happened here is still to be told."""
        now = asyncio.get_running_loop().time()
        if self._is_beating or self._wake.is_set() or now - self._beat_at > 2 * PACE:
            await self._beaten()
        while self.node.mirror.version < self._complete_at and not self._is_cut_off:
            await self._beaten()

    async def _beaten(self) -> None:
        """Return after a beat that begins after this call."""
        beaten = asyncio.get_running_loop().create_future()
        self._waiting.append(beaten)
        self._wake.set()
        await beaten

    # -- beats -----------------------------------------------------------------------------

    async def _run(self) -> None:
        while Hub.running() is self._hub:
            await self._pause()
            waiting, self._waiting = self._waiting, []
            self._beat_at = asyncio.get_running_loop().time()
            self._is_beating = True
            try:
                wait = await self._beat()
            except Exception as error:
                self._cut_off(error)
            else:
                self._is_cut_off = False
                self._earliest = self._beat_at + PACE
                has_readers = bool(self._hub.readers.members(telling.ROOM))
                self._due = self._beat_at + (PACE if has_readers else min(wait / 1000, IDLE_PACE))
            self._is_beating = False
            for beaten in waiting:
                if not beaten.done():
                    beaten.set_result(None)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._due):
                await self._wake.wait()
        await asyncio.sleep(self._earliest - asyncio.get_running_loop().time())
        self._wake.clear()

    async def _beat(self) -> int:
        """Bring what happened here, and tell what happened anywhere."""
        await self._look_up()
        brings = self.node.is_busy
        try:
            wait = await self.node.beat()
        finally:
            told, self.node.told = self.node.told, []
            for one in told:
                await telling.tell(self._hub, one)
        version = self.node.mirror.version
        if self.node.is_quiet:
            self._complete_at = version
        elif brings:  # comings and goings are told by turns
            self._complete_at = version + 2
        return wait

    async def _look_up(self) -> None:
        """Let those in whose users are shown."""
        sockets, self._unsettled = self._unsettled, {}
        if not sockets:
            return
        try:
            visible = await in_database(shown, {one.user_id for one in sockets})
        except Exception:
            self._unsettled = {**sockets, **self._unsettled}
            raise
        for connection in sockets:
            if connection.user_id in visible and connection not in self._unsettled:
                self._enter(connection)

    def _enter(self, connection: Connection) -> None:
        entry = str(next(self._numbers))
        self.node.come(entry, connection.user_id)
        if connection in self._sockets:
            self._sockets[connection] = entry
        else:  # came and went since the last beat
            self.node.go(entry)

    def _cut_off(self, error: Exception) -> None:
        """Try again soon; say so once, not at each try."""
        is_expected = isinstance(error, StoreUnavailable | DatabaseError)
        if not (is_expected and self._is_cut_off):
            logger.warning("presence stands still: %r", error, exc_info=not is_expected)
        self._is_cut_off = True
        now = asyncio.get_running_loop().time()
        self._earliest = self._due = now + RETRY * random.uniform(0.8, 1.2)  # noqa: S311 — jitter


_trackers: "WeakKeyDictionary[Hub, Tracker]" = WeakKeyDictionary()


def known_here(users: Collection[str]) -> set[str]:
    """Those of the users whom this process believes to be online; from any thread."""
    known = [tracker.node.mirror.online for tracker in list(_trackers.values())]
    return {user for user in users if any(user in online for online in known)}

"""The hub: one per process; it follows the log and hands each event to its readers.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
In the event loop. It takes events in order, without a hole and without a repeat: what the bus
lost it reads from the log. It never waits for a reader, and no reader gets a frame of its own.

``steady`` is held while a run goes out: one event, or some behind each other for the same rooms.
Whoever joins, leaves, pauses or goes live takes it first, and so stands before the run or after
it, never in the middle.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

import msgspec
from django.db import OperationalError

from realtime import bus, log, metrics, retention, rights
from realtime.admission import Admission, Handshakes
from realtime.conf import conf
from realtime.connection import Connection
from realtime.control import RoomJoined, RoomLeft
from realtime.database import in_database, in_log
from realtime.draining import spread
from realtime.envelope import Batch, Envelope, Parcel, Whisper, encode_whisper
from realtime.events import (
    AnyEffect,
    Audience,
    Close,
    Enter,
    Event,
    Exit,
    Meet,
    Part,
    Recall,
    Vacate,
    timestamp,
)
from realtime.frames import CloseCode, encode
from realtime.identities import Identities
from realtime.keys import uuid7
from realtime.readers import Readers
from realtime.registry import registry
from realtime.ring import MAX_EVENTS, Changes, Kept, Ring
from realtime.tasks import end
from realtime.together import Together

logger = logging.getLogger(__name__)

#: Seconds between two looks at the log's head; they make the channel layer optional.
LOOK_SECONDS = 1.0
#: Seconds for a batch that overtook another to be caught up with, before the log is read.
GAP_SECONDS = 0.05
#: Seconds between two times of trimming the log.
KEEP_SECONDS = 60.0
#: Sockets that are written to before the loop gets a turn, and bytes, for a run may be long.
SLICE, SLICE_BYTES = 256, 1_048_576
#: Bytes of events that go to a reader at once; a burst must not fill its socket's buffers.
RUN_BYTES = 32_768
#: Seconds for the apps to say their last, and for the others to be told.
LAST_WORDS_SECONDS = 2
#: Batches of our own that wait for the channel layer; more are left for the others to find.
MAX_OUTGOING = 100


class Closable(Protocol):
    """A socket, as far as the hub needs to know it before it has a reader."""

    def close(self, code: int) -> None:
        """Say goodbye with this code."""
        ...


class Hub:
    """The reader of the log for everyone who is connected to this process."""

    def __init__(self) -> None:
        #: Names this hub among those of all processes.
        self.node = str(uuid7())
        self.epoch = ""
        #: The newest event taken, and the newest that is with all of its readers.
        self.position = 0
        self.handed_out = 0
        #: What is open in this process, whoever is behind it.
        self.sockets: set[Closable] = set()
        self.draining = False
        #: Seconds over which those who are told to come back elsewhere do so: see ``draining.py``.
        self.spread = spread(0)
        self.admission = Admission()
        self.handshakes = Handshakes()
        self.ring = Ring()
        self.changes = Changes(0)
        self.readers = Readers()
        self.rights = Together(rights.load)
        self.unread = Together(_unread)
        self.identities = Identities()
        self.steady = asyncio.Lock()
        self._inbox: deque[Batch] = deque()
        self._wake = asyncio.Event()
        self._look_at = 0.0
        self._settling: list[asyncio.Future[None]] = []
        self._outgoing: asyncio.Queue[Parcel] = asyncio.Queue(MAX_OUTGOING)
        self._tasks: list[asyncio.Task[None]] = []

        self._early: dict[int, Batch] = {}
        self._handed = 0
        #: Whom the run is for that is on its way, and how many of them have it.
        self._audience: Sequence[Connection] = ()
        self._served = 0
        self._begun = asyncio.Event()

    # -- life ------------------------------------------------------------------------------

    @staticmethod
    def running() -> "Hub | None":
        """The hub of this event loop, if one was started."""
        return _hubs.get(asyncio.get_running_loop())

    @classmethod
    async def of_this_process(cls) -> "Hub":
        """The hub of this event loop, started by the first who asks."""
        loop = asyncio.get_running_loop()
        hub = _hubs.get(loop)
        if hub is None:
            hub = _hubs[loop] = cls()
            hub._start()
        await hub._begun.wait()
        return hub

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        metrics.LIMIT.set(conf().max_connections)
        metrics.DRAINING.set(0)

        def wake() -> None:
            loop.call_soon_threadsafe(self.look)

        log.on_append = wake
        parts = {
            "run": self._run(),
            "hear": self._hear(),
            "tell": self._tell(),
            "keep": self._keep(),
        }
        self._tasks = [
            asyncio.create_task(part, name=f"hub {name}") for name, part in parts.items()
        ]

    async def stop(self) -> None:
        """Stop following. The connections are closed first, by whoever owns them."""
        await self._say_the_last()
        log.on_append = None
        _hubs.pop(asyncio.get_running_loop(), None)
        await end(self._tasks)
        _resolve(self._settling, ConnectionError("the hub was stopped"))

    async def _say_the_last(self) -> None:
        """Let the apps tell what the end of all that was here means, and the others hear it."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                for ending in registry.ending:
                    await ending()
                await self._outgoing.join()
        except Exception as error:
            logger.warning("not all was told before the end: %r", error)

    # -- following the log -----------------------------------------------------------------

    def look(self) -> None:
        """Look at the log now: there may be something new."""
        self._look_at = 0.0
        self._wake.set()

    async def settle(self) -> None:
        """Return when all that was committed before this call has been handed out."""
        if not self._tasks:  # a hub for one page: nothing follows the log in its stead
            await self._follow()
            return
        settled = asyncio.get_running_loop().create_future()
        self._settling.append(settled)
        self.look()
        await settled

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except OperationalError as error:
                metrics.DATABASE_ERRORS.inc()
                logger.warning("the database is not reached: %s", str(error).strip())
                self._look_at = time.monotonic() + LOOK_SECONDS
            except Exception:
                logger.exception(
                    "the hub could not follow the log; it tries again", extra={"seq": self.position}
                )
                self._look_at = time.monotonic() + LOOK_SECONDS

    async def _turn(self) -> None:
        await self._wait()
        while self._inbox:
            await self._take(self._inbox.popleft())
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 — jitter
        settling, self._settling = self._settling, []
        try:
            await self._follow()
        except Exception as error:
            _resolve(settling, error)
            raise
        _resolve(settling, None)

    async def _wait(self) -> None:
        seconds = self._look_at - time.monotonic()
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
        self._wake.clear()

    async def _hear(self) -> None:
        while bus.crosses_processes():
            try:
                async for parcel in bus.listen():
                    self._receive(parcel)
            except Exception as error:
                logger.warning("the channel layer is not heard: %r", error)
                await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 — jitter
            try:
                await in_database(retention.keep, conf().log_retention)
                metrics.UNNUMBERED.set(await in_database(log.overdue))
            except Exception:
                logger.exception("the log could not be trimmed; it tries again")

    def _receive(self, parcel: Parcel) -> None:
        if isinstance(parcel, Batch):
            self._inbox.append(parcel)
            self._wake.set()
        elif parcel.node != self.node:
            if isinstance(parcel, Whisper):
                self.pass_on(parcel)
            for heard in registry.heard:
                heard(parcel)

    async def _tell(self) -> None:
        while True:
            await bus.publish(await self._outgoing.get())
            self._outgoing.task_done()

    async def _take(self, batch: Batch) -> None:
        """Hand out a batch where it is the next one; else see to it that the gap is filled."""
        if batch.epoch == self.epoch and batch.upto <= self.position:
            return
        if batch.epoch != self.epoch or batch.events is None:
            self._look_at = 0.0
        elif batch.after > self.position:
            self._early[batch.after] = batch
            self._look_at = min(self._look_at, time.monotonic() + GAP_SECONDS)
        else:
            await self._hand_out_all(batch.events)
            if (early := self._early.pop(self.position, None)) is not None:
                await self._take(early)

    async def _follow(self) -> None:
        """Number what is committed, and hand out all that the log has beyond our position."""
        while True:
            # A hub that begins takes up what its ring may hold: those who come back after a restart
            # must not be a storm on the database. One for a single page needs none of it.
            recent = MAX_EVENTS if self._tasks and not self.epoch else 0
            found = await in_log(_look_at_log, self.epoch, self.position, recent)
            for batch in found.stamped:
                with suppress(asyncio.QueueFull):
                    self._outgoing.put_nowait(batch)
            if found.head.epoch != self.epoch:
                self._begin(found)
                metrics.BEHIND.set(0)
            else:
                metrics.BEHIND.set(max(0, found.head.last - self.position))
                await self._hand_out_all(found.events)
                metrics.BEHIND.set(max(0, found.head.last - self.position))
            if self.position >= found.head.last:
                break
        self._early = {
            after: batch for after, batch in self._early.items() if batch.upto > self.position
        }

    def _begin(self, found: "_Found") -> None:
        """Take up a log; where it is not the one that we followed, all readers begin anew."""
        self.spread = spread(len(self.sockets))
        for connection in list(self.readers.connections):
            connection.close(CloseCode.DRAINING)
        head = found.head
        self.epoch, self.position, self.handed_out = head.epoch, head.last, head.last
        self.ring = Ring()
        for event in found.events:
            self.ring.add(event)
        self.changes = Changes(head.last)
        self._early.clear()
        self._begun.set()

    # -- handing out -----------------------------------------------------------------------

    async def _hand_out_all(self, events: Sequence[Envelope]) -> None:
        waiting = deque(event for event in events if event.seq > self.position)
        while waiting:
            async with self.steady:
                run = self._next_run(waiting)
                kept = [self.ring.add(event) for event in run]
                last = run[-1]
                self.changes.add(last.seq, last.effects)
                self.position = last.seq
                readers = await self._hand_out(kept)
                for effect in last.effects:
                    self._act(effect)
                self.handed_out = last.seq
                metrics.handed_out(run, readers)
                _tell_of(run, readers)
                for delivered in registry.delivered:
                    for event in run:
                        delivered(event)

    def _next_run(self, waiting: deque[Envelope]) -> list[Envelope]:
        """The next event, and those behind it that go to the same readers.

        To be asked under ``steady``, for who is in the rooms decides.
        """
        first = waiting.popleft()
        run, size = [first], len(first.payload)
        rooms = self.readers.inhabited(first.rooms)
        while waiting and not first.effects:
            event = waiting[0]
            size += len(event.payload)
            if (
                event.effects
                or size > RUN_BYTES
                or event.except_rooms != first.except_rooms
                or self.readers.inhabited(event.rooms) != rooms
            ):
                break
            run.append(waiting.popleft())
        return run

    async def _hand_out(self, run: Sequence[Kept]) -> int:
        """Give a run to its readers, all that one of them gets at once; how many they are."""
        first = run[0].event
        audience = self.readers.audience(first.rooms, first.except_rooms)
        withheld = [self.readers.withheld_from(kept.event.people) for kept in run]
        frames = [kept.frame(self.epoch) for kept in run] if audience else []
        wire = b"".join(frame.wire for frame in frames)
        some_are_left_out = any(withheld)
        size = min(SLICE, max(1, SLICE_BYTES // max(1, len(wire))))
        self._audience = audience
        for begin in range(0, len(audience), size):
            self._served = begin + size
            for connection in audience[begin : begin + size]:
                if connection.live_from >= first.seq or connection.closed:
                    continue  # it is still to catch up, or has gone
                if not connection.durable:
                    continue
                if some_are_left_out:
                    self._hand_one_by_one(connection, run, withheld)
                elif connection.direct is not None:
                    connection.direct(wire)
                else:
                    for frame in frames:
                        connection.send(frame)
            await self._give_way(len(audience[begin : begin + size]) * SLICE // size)
        return len(audience)

    def reached(self, connection: Connection) -> int:
        """The newest event that this live connection has, or that was not for it.

        While a run goes out, some have it and some do not. A cursor behind what its reader has
        would bring the run again to who resumes by it.
        """
        is_going_out = self.handed_out < self.position
        if is_going_out and connection in self._audience[: self._served]:
            return self.position
        return self.handed_out

    async def _give_way(self, handed: int) -> None:
        """Let the loop have a turn, and what was handed out be written, after each SLICE."""
        self._handed += handed
        if self._handed >= SLICE:
            self._handed = 0
            await asyncio.sleep(0)

    def _hand_one_by_one(
        self, connection: Connection, run: Sequence[Kept], withheld: Sequence[Collection[str]]
    ) -> None:
        for kept, not_to in zip(run, withheld, strict=True):
            if connection.user_id in not_to:
                connection.withheld.add(kept.event.seq)
            else:
                connection.send(kept.frame(self.epoch))

    def whisper(self, event: Event, to: Audience, *, not_to: Sequence[str] = ()) -> None:
        """Tell an ephemeral event to who is in the rooms now, here and in the other processes."""
        whisper = self.whispered(event, to, not_to=not_to)
        self.pass_on(whisper)
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(whisper)

    def whispered(self, event: Event, to: Audience, *, not_to: Sequence[str] = ()) -> Whisper:
        """An ephemeral event of this hub's, not told to anybody yet."""
        return Whisper(
            node=self.node,
            type=event.type,
            payload=msgspec.Raw(msgspec.json.encode(event)),
            rooms=to.rooms,
            people=to.people,
            not_to=tuple(not_to),
            ts=timestamp(datetime.now(UTC)),
        )

    def pass_on(self, whisper: Whisper) -> None:
        """Tell it to who is in its rooms here, and nowhere else."""
        without = self.readers.withheld_from(whisper.people).union(whisper.not_to)
        frame = encode_whisper(whisper)
        for connection in self.readers.audience(whisper.rooms):
            if connection.user_id not in without:
                connection.send(frame)

    def _act(self, effect: AnyEffect) -> None:
        """Let a change of rights act here, at its place in the order."""
        match effect:
            case Enter(user=user, room=room, reason=reason):
                for connection in self.readers.of_user(user):
                    self._enter(connection, room, reason)
            case Exit(user=user, room=room, reason=reason):
                self._leave(effect, self.readers.of_user(user), reason)
                for connection in self.readers.of_user(user):
                    connection.asked_too.discard(room)
            case Vacate(room=room, unless=unless, reason=reason):
                self._leave(effect, self.readers.members(room), reason)
                for connection in self.readers.members(room):
                    if room in connection.asked:
                        ground = rights.regrounded(connection.asked[room], unless)
                        connection.asked[room] = ground
            case Recall(room=str(room)):
                for connection in self.readers.members(room):
                    if room in connection.asked:
                        ground = rights.regrounded(connection.asked[room], None)
                        connection.asked[room] = ground
            case Part(one=one, other=other):
                self.readers.part(one, other)
                both = self.readers.of_user(one) + self.readers.of_user(other)
                self._leave(effect, both, "blocked")
            case Meet(one=one, other=other):
                self.readers.meet(one, other)
            case Close(code=code, user=user, login=login):
                of_user = self.readers.of_user(user) if user else []
                of_login = self.readers.of_login(login) if login else []
                for connection in of_user + of_login:
                    connection.close(code)

    def _leave(self, effect: AnyEffect, connections: Sequence[Connection], reason: str) -> None:
        for connection in connections:
            lost = rights.lost_rooms(effect, connection.user_id, connection.rooms, connection.asked)
            for room in lost:
                self._exit(connection, room, reason)

    def _enter(self, connection: Connection, room: str, reason: str) -> None:
        since = self.position if connection.is_live else connection.position
        if room in connection.asked:
            connection.asked_too.add(room)
        elif connection.carries(room) and self.readers.join(connection, room, since):
            connection.send(encode("room:joined", RoomJoined(room=room, reason=reason)))

    def _exit(self, connection: Connection, room: str, reason: str) -> None:
        upto = self.position if connection.is_live else connection.position
        if self.readers.leave(connection, room, upto):
            connection.send(encode("room:left", RoomLeft(room=room, reason=reason)))


def _tell_of(run: Sequence[Envelope], readers: int) -> None:
    """Each event once, whoever reads it, and only where somebody looks for it."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    for event in run:
        about = {"event": event.type or "rights", "seq": event.seq}
        logger.debug("handed out to %d readers", readers, extra=about)


def _unread(user_ids: Collection[str]) -> Mapping[str, int]:
    return dict.fromkeys(user_ids, 0) | dict(registry.unread(user_ids))


class _Found(NamedTuple):
    head: log.Head
    stamped: list[Batch]
    events: Sequence[Envelope]


def _look_at_log(epoch: str, position: int, recent: int) -> _Found:
    """Number what is committed; the log's head, and the next events after ``position``.

    Of a log with another epoch, the newest ``recent`` events.
    """
    stamped: list[Batch] = []
    head, is_behind = log.look()
    while is_behind and (batch := log.number()) is not None:
        stamped.append(batch)
        head = log.Head(batch.epoch, batch.upto, head.floor)
        is_behind = batch.upto - batch.after == log.STAMP_LIMIT
    if head.epoch != epoch:
        since = max(head.floor, head.last - recent)
        return _Found(head, stamped, log.read(since, upto=head.last, limit=recent))
    if stamped and stamped[0].epoch == epoch and stamped[0].after == position:
        return _Found(head, stamped, [one for batch in stamped for one in batch.events or ()])
    events = log.read(position, upto=head.last) if head.last > position else []
    return _Found(head, stamped, events)


def _resolve(waiting: list["asyncio.Future[None]"], error: Exception | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()

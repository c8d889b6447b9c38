"""Bugs on purpose, to prove that the checker sees them; and a clock that can be set wrong.

A server of a history loads this by its settings module, and takes from ``HISTORY_PLANT`` which
of the bugs it is to have; without one it is the product as it is.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig


class PlantedConfig(AppConfig):
    name = "tests.history"
    label = "planted"

    def ready(self):
        set_clock_by_file()
        if ring := os.environ.get("HISTORY_RING"):
            shorten_the_ring(int(ring))
        plant = os.environ.get("HISTORY_PLANT", "")
        if plant:
            PLANTS[plant]()


def set_clock_by_file():
    """The process's wall clock is wrong by as many seconds as a file says."""
    from django.utils import timezone

    path = Path(os.environ.get("HISTORY_CLOCK", "/nonexistent"))
    true_now, true_ns = timezone.now, time.time_ns

    def wrong_by():
        try:
            return float(path.read_text() or 0)
        except (OSError, ValueError):
            return 0.0

    timezone.now = lambda: true_now() + timedelta(seconds=wrong_by())
    time.time_ns = lambda: true_ns() + int(wrong_by() * 1e9)


def shorten_the_ring(events):
    """Pages come from the log then, as in a process that has just begun."""
    from realtime import ring

    ring.MAX_EVENTS = events


def id_as_cursor():
    """The row's own id is the position: ids become visible out of order, so some are passed."""
    from django.db.models import F, Max

    from realtime import log
    from realtime.models import LogEntry

    append = log.append

    def append_with_number(*args, **kwargs):
        append(*args, **kwargs)
        unnumbered = LogEntry.objects.filter(seq__isnull=True)
        unnumbered.update(seq=F("id"), numbered_at=log.now())

    true_look = log.look

    def look():
        there = true_look().head
        last = LogEntry.objects.aggregate(last=Max("seq"))["last"]
        return log.Look(log.Head(there.epoch, last or 0, there.floor), is_behind=False)

    log.append, log.look = append_with_number, look


def one_statement_sequencer():
    """Lock and read in one statement: its snapshot is older than the lock."""
    from django.db import connection, transaction

    from realtime import log

    sql = """
        WITH head AS (SELECT id, last_seq FROM realtime_loghead FOR UPDATE),
        fresh AS (
            SELECT id, row_number() OVER (ORDER BY id) AS place
            FROM realtime_logentry WHERE seq IS NULL
        ),
        numbered AS (
            UPDATE realtime_logentry SET seq = head.last_seq + fresh.place, numbered_at = now()
            FROM fresh, head WHERE realtime_logentry.id = fresh.id RETURNING realtime_logentry.id
        )
        UPDATE realtime_loghead SET last_seq = head.last_seq + (SELECT count(*) FROM fresh)
        FROM head WHERE realtime_loghead.id = head.id RETURNING head.last_seq
    """

    def number():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
        head = log.head()
        events = tuple(log.read(row[0], limit=log.STAMP_LIMIT))
        if not events:
            return None
        return log.Batch(epoch=head.epoch, after=row[0], upto=events[-1].seq, events=events)

    log.number = number


def publish_before_commit():
    """Numbered and told inside the writer's transaction, which may still roll back."""
    from django.db import transaction

    from realtime import bus, log

    append, stamp = log.append, log.stamp

    def append_and_tell(*args, **kwargs):
        append(*args, **kwargs)
        if transaction.get_connection().in_atomic_block:
            batch = stamp()
            if batch is not None:
                bus.publish_from_thread(batch)

    log.append = append_and_tell


def no_healing():
    """What the bus loses is lost: nobody looks into the log, and a gap is jumped over."""
    from realtime import hub, log
    from realtime.hub import Hub

    receive, look = Hub._receive, hub._look_at_log
    count = 0

    def lossy_receive(self, parcel):
        nonlocal count
        count += 1
        if count % 4:
            receive(self, parcel)

    async def take(self, batch):
        if batch.epoch == self.epoch and batch.upto > self.position and batch.events:
            self.position = max(self.position, batch.after)
            await self._hand_out_all(batch.events)

    def look_at_our_own(epoch, position, recent):
        found = look(epoch, position, recent)
        if found.head.epoch != epoch:
            return found
        ours = [event for batch in found.stamped for event in batch.events or ()]
        last = ours[-1].seq if ours else position
        return found._replace(head=log.Head(epoch, last, found.head.floor), events=ours)

    Hub._receive, Hub._take, hub._look_at_log = lossy_receive, take, look_at_our_own


def rights_of_then_on_replay():
    """A page holds what was for the reader when it happened, gone and hidden things too."""
    from realtime import replay, ring, streams

    ring.Kept.is_for = lambda self, rooms, *, known, parted: ring.is_for(
        self.event, rooms, known=known, parted=()
    )
    replay.visible = lambda user_id, events, rooms, rights: [
        event for event in events if replay_is_for(event, rooms)
    ]
    streams._drop_withdrawn = lambda *args, **kwargs: None

    def replay_is_for(event, rooms):
        return any(room in rooms for room in event.rooms)


PLANTS = {
    plant.__name__: plant
    for plant in (
        id_as_cursor,
        one_statement_sequencer,
        publish_before_commit,
        no_healing,
        rights_of_then_on_replay,
    )
}

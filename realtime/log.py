"""The event log: every event, in commit order, for as long as we keep it.

Life of an event:  save → signal → event → **log** → bus → hub → consumer → browser
Synchronous; nothing here knows a socket.

Append: in the caller's transaction, without a number. Stamp: after the commit, one transaction
at a time gives the next numbers to all that has been committed. So the order is total, without
holes, and nobody sees number n before n−1 is visible.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from realtime import bus, log_rows
from realtime.cursor import Cursor
from realtime.envelope import Batch, Envelope, Record
from realtime.errors import PositionLost
from realtime.events import Audience, Effect, Event, Forget, timestamp
from realtime.models import LogEntry, LogHead
from realtime.transactions import atomic

logger = logging.getLogger(__name__)

#: Entries that one stamp numbers; more would hold the head's lock for too long.
STAMP_LIMIT = 1_000
#: Seconds after which a committed entry has its number, even after a crash of its writer.
NUMBERED_WITHIN = 10


class Head(msgspec.Struct, frozen=True):
    """How far the log goes: entries ``floor + 1`` to ``last`` are there."""

    epoch: str
    last: int
    floor: int


_encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Record).decode

#: Set by the process's hub: called after a commit instead of stamping on the writer's time.
on_append: Callable[[], None] | None = None


def append(event: Event | None, to: Audience, *, effects: Sequence[Effect], op: str | None) -> None:
    """Write an entry in the caller's transaction; it is numbered after the commit."""
    record = Record(
        rooms=to.rooms,
        except_rooms=to.except_rooms,
        people=to.people,
        subjects=to.subjects,
        effects=tuple(effects),  # type: ignore[arg-type]  # the union of all subclasses
        op=op,
        payload=msgspec.Raw(_encode(event)),
    )
    gone = [one.subject for one in effects if isinstance(one, Forget) and one.forever]
    entry = LogEntry.objects.create(
        type=event.type if event else "",
        root=to.subjects[0] if to.subjects else "",
        erases=gone[0] if gone else "",
        body=_encode(record).decode(),
    )
    logger.debug("appended as entry %s", entry.pk, extra={"event": entry.type or "rights"})
    # One stamp serves all entries of a transaction.
    if not any(entry[1] is _committed for entry in connection.run_on_commit):
        transaction.on_commit(_committed, robust=True)


def _committed() -> None:
    if on_append is not None:
        on_append()
    else:
        stamp_and_tell()


def stamp_and_tell() -> None:
    """Number what is committed and tell the other processes, on the caller's time."""
    while (batch := stamp()) is not None:
        bus.publish_from_thread(batch)


def stamp() -> Batch | None:
    """Number what is committed, where there is something; see :func:`number`."""
    return number() if look().is_behind else None


def number() -> Batch | None:
    """Give the next numbers to committed entries, at most STAMP_LIMIT; None when there are none."""
    if connection.vendor != "mongodb":
        return _number()
    # Who waits for the head there asks for it again and again: one of this process is enough.
    with _numbering:
        return _number() if look().is_behind else None


_numbering = threading.Lock()


def _number() -> Batch | None:
    with atomic():
        head = locked_head()
        # A second statement on purpose: its snapshot must be younger than the lock.
        entries = _rows().unnumbered(STAMP_LIMIT)
        if not entries:
            return None
        after = head.last_seq
        # Clocks may jump back; the times of the log never do.
        head.last_at = max(now(), head.last_at)
        for entry in entries:
            head.last_seq += 1
            entry.seq, entry.numbered_at = head.last_seq, head.last_at
        _rows().write(head, entries)
    events = tuple(_envelope(entry) for entry in entries)
    return Batch(epoch=_epoch(head), after=after, upto=head.last_seq, events=events)


def overdue(now: datetime | None = None) -> int:
    """How many committed entries have waited for their number for longer than they ever should."""
    before = (now or timezone.now()) - timedelta(seconds=NUMBERED_WITHIN)
    return LogEntry.objects.filter(seq__isnull=True, created_at__lt=before).count()


def locked_head() -> LogHead:
    """The head, locked until the transaction ends; made where there is none."""
    head: LogHead | None = _rows().locked_head()
    return head or LogHead.objects.create(epoch=new_epoch(), last_at=now())


def _rows() -> Any:
    """The tables of the database at hand."""
    if connection.vendor == "mongodb":
        from realtime.mongodb import log_rows as of_mongodb

        return of_mongodb
    return log_rows


def now() -> datetime:
    """The time in milliseconds, which is what the wire has."""
    moment = timezone.now()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_epoch() -> str:
    """A name for a log that continues no other."""
    return secrets.token_hex(4)


def begin_anew() -> str:
    """Change the epoch, so that clients fetch afresh; the numbers go on. The new one."""
    with atomic():
        head = locked_head()
        head.epoch = new_epoch()
        head.save(update_fields=["epoch"])
    # Read again: on PostgreSQL the timeline is part of what clients see.
    return _epoch(LogHead.objects.get())


def _epoch(head: LogHead) -> str:
    """The log's name; on PostgreSQL a promotion changes it, which may have lost the newest."""
    return head.epoch + timeline()


def timeline() -> str:
    """PostgreSQL's timeline, empty elsewhere. A server's never changes under one connection."""
    if connection.vendor != "postgresql":
        return ""
    connection.ensure_connection()
    session = connection.connection
    if (known := _timelines.get(session)) is None:
        with connection.cursor() as sql:
            sql.execute("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
            known = _timelines[session] = f"t{int(sql.fetchone()[0], 16)}"
    return known


_timelines: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


class Look(NamedTuple):
    """The log at one moment."""

    head: Head
    #: Whether committed entries wait for their number.
    is_behind: bool


def look() -> Look:
    """How far the log goes now, and whether that is all; both in one statement."""
    row = _rows().look()
    if row is None:
        try:
            with atomic():
                LogHead.objects.create(epoch=new_epoch(), last_at=now())
        except IntegrityError:  # another process was first
            pass
        row = _rows().look()
    epoch, last, floor, is_behind = row
    return Look(Head(epoch + timeline(), last, floor), is_behind)


def head() -> Head:
    """How far the log goes now."""
    return look().head


def cursor() -> str:
    """The position now, as text: read it before the rows that are to be followed from it."""
    position = head()
    return str(Cursor(position.epoch, position.last))


def read(after: int, *, upto: int | None = None, limit: int = 500) -> list[Envelope]:
    """Entries with ``after < seq <= upto``, oldest first, at most ``limit``; [] when none."""
    entries = LogEntry.objects.filter(seq__gt=after)
    if upto is not None:
        entries = entries.filter(seq__lte=upto)
    return [_envelope(entry) for entry in entries.order_by("seq")[:limit]]


def _envelope(entry: LogEntry) -> Envelope:
    assert entry.seq is not None and entry.numbered_at is not None
    record = decode(entry.body)
    return Envelope(
        seq=entry.seq,
        type=entry.type,
        ts=timestamp(entry.numbered_at),
        **{name: getattr(record, name) for name in Record.__struct_fields__},
    )


def check(position: Cursor, head: Head, *, max_behind: int) -> None:
    """Return when the log still holds all that follows ``position``; else raise PositionLost."""
    if position.epoch != head.epoch:
        raise PositionLost("epoch")
    if position.seq > head.last:
        raise PositionLost("ahead")
    if position.seq < head.floor:
        raise PositionLost("trimmed")
    if head.last - position.seq > max_behind:
        raise PositionLost("too_far")


def since(moment: datetime) -> int:
    """The seq behind which the entries numbered at ``moment`` or later are."""
    before = LogEntry.objects.filter(seq__isnull=False, numbered_at__lt=moment)
    seq = before.order_by("-seq").values_list("seq", flat=True).first()
    return seq if seq is not None else head().floor

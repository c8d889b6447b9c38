"""The log of events: numbered, without a hole, trimmed, and the continuation of what was seen."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from realtime import log
from realtime.conf import conf
from realtime.doctor.finding import Finding, ok, warning, wrong
from realtime.models import LogEntry, LogHead

#: Positions at each end of the log that are counted.
SAMPLE = 10_000
#: Seconds beyond its retention for which an entry may still be there.
TRIMMED_WITHIN = 600


def look(now: datetime | None = None) -> Iterator[Finding]:
    """All of it; the database answers."""
    now = now or log.now()
    head = log.head()
    kept = head.last - head.floor
    yield ok(
        "log.head",
        f"The log {head.epoch} goes from {head.floor + 1} to {head.last}: {kept} entries.",
    )
    yield _backlog(now)
    yield from _contiguous(head)
    yield from _times(head, now)


def _backlog(now: datetime) -> Finding:
    late = log.overdue(now)
    if not late:
        waiting = LogEntry.objects.filter(seq__isnull=True).count()
        return ok("log.backlog", f"{waiting} entries wait for their number.")
    return wrong(
        "log.backlog",
        f"{late} entries have waited more than {log.NUMBERED_WITHIN} s for their number: nobody"
        " hears of them.",
        "Start a server process, each numbers what is left; if one runs, read what realtime.hub"
        " says in its log.",
    )


def _contiguous(head: log.Head) -> Iterator[Finding]:
    numbered = LogEntry.objects.filter(seq__isnull=False)
    beyond = numbered.filter(seq__gt=head.last).count()
    below = numbered.filter(seq__lte=head.floor).count()
    if beyond or below:
        yield wrong(
            "log.bounds",
            f"{beyond} entries lie beyond the log's head, {below} below its floor: its tables are"
            " of different moments.",
            "Restore both tables from one backup, then run `./run manage new_epoch`.",
        )
    for first, last in _samples(head):
        missing = last - first + 1 - numbered.filter(seq__gte=first, seq__lte=last).count()
        if missing:
            yield wrong(
                "log.hole",
                f"{missing} entries between {first} and {last} are missing.",
                "Something else than the site has deleted them. Run `./run manage new_epoch`: all"
                " clients fetch afresh.",
            )


def _samples(head: log.Head) -> list[tuple[int, int]]:
    """The positions at both ends of the log, once where it is short."""
    if head.last - head.floor <= 2 * SAMPLE:
        return [(head.floor + 1, head.last)] if head.last > head.floor else []
    return [(head.floor + 1, head.floor + SAMPLE), (head.last - SAMPLE + 1, head.last)]


def _times(head: log.Head, now: datetime) -> Iterator[Finding]:
    row = LogHead.objects.get()
    if row.last_at > now + timedelta(seconds=2):
        yield warning(
            "log.ahead_of_time",
            f"The newest entry is of {row.last_at:%Y-%m-%d %H:%M:%S} UTC, which is still to come.",
            "A clock was wrong. Times of events stand still until then; set clocks by NTP.",
        )
    oldest = LogEntry.objects.filter(seq=head.floor + 1).first()
    if oldest is None or oldest.numbered_at is None:
        return
    age = (now - oldest.numbered_at).total_seconds()
    if age > conf().log_retention + TRIMMED_WITHIN:
        yield wrong(
            "log.untrimmed",
            f"The oldest entry is {age / 3600:.1f} h old, and {conf().log_retention / 3600:.1f} h"
            " are to be kept: nobody trims the log, and what was deleted is not erased.",
            "Server processes do it once a minute; else run `./run manage trim_log` by cron.",
        )

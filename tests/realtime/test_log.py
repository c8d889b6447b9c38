"""The log: one order, no hole, nothing from a rollback."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, OperationalError, connection

from realtime import log
from realtime.cursor import Cursor
from realtime.errors import PositionLost
from realtime.models import LogEntry, LogHead
from realtime.publish import operation
from realtime.transactions import atomic
from tests.realtime.conftest import ON_DATABASE, say

pytestmark = ON_DATABASE


def texts(events):
    return [bytes(event.payload) for event in events]


def test_an_event_is_numbered_after_the_commit_and_not_before():
    with atomic():
        say("a")
        assert LogEntry.objects.get().seq is None
    assert [event.seq for event in log.read(0)] == [1]


def test_a_rollback_leaves_nothing_and_no_hole():
    say("a")
    with pytest.raises(RuntimeError), atomic():
        say("b")
        raise RuntimeError
    say("c")
    assert [(event.seq, bytes(event.payload)) for event in log.read(0)] == [
        (1, b'{"text":"a"}'),
        (2, b'{"text":"c"}'),
    ]


with_savepoints = pytest.mark.skipif(
    not connection.features.uses_savepoints,
    reason="without savepoints an error undoes the whole transaction: see docs/mongodb.md",
)


@with_savepoints
def test_events_of_a_savepoint_that_was_rolled_back_are_not_told():
    with atomic():
        say("a")
        with pytest.raises(RuntimeError), atomic():
            say("b")
            raise RuntimeError
        say("c")
    assert texts(log.read(0)) == [b'{"text":"a"}', b'{"text":"c"}']


@with_savepoints
def test_an_event_published_only_in_a_savepoint_before_a_rolled_back_one_is_numbered():
    with atomic():
        with atomic():
            say("a")
        with pytest.raises(RuntimeError), atomic():
            say("b")
            raise RuntimeError
    assert texts(log.read(0)) == [b'{"text":"a"}']


def test_what_a_crash_left_without_a_number_is_numbered_by_the_next_who_looks(monkeypatch):
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    say("a")
    assert log.read(0) == []
    batch = log.stamp()
    assert (batch.after, batch.upto, texts(batch.events)) == (0, 1, [b'{"text":"a"}'])
    assert log.stamp() is None


def test_a_stamp_numbers_at_most_so_many(monkeypatch):
    monkeypatch.setattr(log, "STAMP_LIMIT", 3)
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    say(*"abcd")
    assert [(batch.after, batch.upto) for batch in iter(log.stamp, None)] == [(0, 3), (3, 4)]


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has no locks that could be let go, MongoDB a limit of its own",
)
def test_who_freezes_while_holding_the_head_holds_up_nobody_for_long(monkeypatch):
    """On PostgreSQL alone, where ``test_other_servers.py`` runs it."""
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    say("a")
    held, over = threading.Event(), threading.Event()

    def freeze():
        with suppress(Error), atomic():  # its session is ended by the server
            log.locked_head()
            held.set()
            over.wait(30)
        connection.close()

    frozen = threading.Thread(target=freeze)
    frozen.start()
    assert held.wait(10)
    begun = time.monotonic()
    with suppress(OperationalError):  # it gives up, or the other has been let go by then
        log.stamp()
    assert time.monotonic() - begun < 10
    while log.look().is_behind and time.monotonic() - begun < 10:
        with suppress(OperationalError):
            log.stamp()
    over.set()
    frozen.join()
    assert texts(log.read(0)) == [b'{"text":"a"}']


def test_forty_threads_give_one_order_without_a_hole():
    def write(name):
        for count in range(5):
            say(f"{name} {count}")
            connection.close()  # as after a request: the pool has fewer than there are threads

    threads = [threading.Thread(target=write, args=(name,)) for name in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.stamp_and_tell()
    events = log.read(0)
    assert [event.seq for event in events] == list(range(1, 201))
    for name in range(40):
        mine = [text for text in texts(events) if text.startswith(f'{{"text":"{name} '.encode())]
        assert mine == [f'{{"text":"{name} {count}"}}'.encode() for count in range(5)]


def test_an_event_carries_the_operation_that_caused_it():
    with operation("my-op"):
        say("a")
    say("b")
    assert [event.op for event in log.read(0)] == ["my-op", None]


def test_reading_is_bounded_on_both_sides():
    say(*"abcde")
    assert [event.seq for event in log.read(1, upto=4, limit=2)] == [2, 3]
    assert [event.seq for event in log.read(2, upto=4)] == [3, 4]
    assert log.read(5) == []


@pytest.mark.parametrize(
    ("cursor", "reason"),
    [
        (Cursor("other", 7), "epoch"),
        (Cursor("mine", 11), "ahead"),
        (Cursor("mine", 2), "trimmed"),
        (Cursor("mine", 5), "too_far"),
        (Cursor("mine", 6), None),
        (Cursor("mine", 10), None),
    ],
)
def test_a_position_that_the_log_no_longer_serves_is_told_so(cursor, reason):
    head = log.Head("mine", last=10, floor=3)
    if reason is None:
        log.check(cursor, head, max_behind=4)
        return
    with pytest.raises(PositionLost) as lost:
        log.check(cursor, head, max_behind=4)
    assert lost.value.reason == reason


def test_the_times_of_the_log_never_go_back():
    say("a")
    future = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    LogHead.objects.update(last_at=future)
    say("b")
    assert [entry.numbered_at for entry in LogEntry.objects.order_by("seq")][1] == future


def test_the_position_at_a_time_is_before_what_was_numbered_then():
    say("a", "b")
    moment = datetime.now(UTC)
    LogEntry.objects.filter(seq=2).update(numbered_at=moment)
    assert log.since(moment) == 1
    assert log.since(moment + timedelta(seconds=1)) == 2
    assert log.since(moment - timedelta(hours=1)) == 0


def test_a_lost_log_gets_another_epoch():
    say("a")
    before = log.head().epoch
    LogEntry.objects.all().delete()
    LogHead.objects.all().delete()
    assert log.head().epoch != before

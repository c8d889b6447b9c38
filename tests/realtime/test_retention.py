"""The log is kept for its time, and what was deleted leaves it for good."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from realtime import log, retention
from realtime.events import Forget
from realtime.models import LogEntry
from tests.realtime.conftest import ON_DATABASE, say

pytestmark = ON_DATABASE


def age(seqs, days):
    moment = datetime.now(UTC) - timedelta(days=days)
    LogEntry.objects.filter(seq__in=seqs).update(numbered_at=moment)


def test_a_trim_moves_the_floor_and_leaves_what_has_no_number(monkeypatch):
    say(*"abcd")
    age([1, 2], days=2)
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    say("e")
    assert retention.trim(timedelta(days=1)) == 2
    assert retention.trim(timedelta(days=1)) == 0
    assert (log.head().floor, log.head().last) == (2, 4)
    assert log.stamp().upto == 5


def test_a_trim_never_leaves_a_hole_behind_the_floor():
    say(*"abcd")
    age([1, 3], days=2)
    retention.keep(86_400)
    assert [event.seq for event in log.read(log.head().floor)] == list(
        range(log.head().floor + 1, 5)
    )


def test_a_long_log_is_trimmed_in_short_transactions(monkeypatch):
    monkeypatch.setattr(retention, "LIMIT", 2)
    say(*"abcde")
    age(range(1, 6), days=2)
    assert retention.trim(timedelta(days=1)) == 2
    assert retention.keep(86_400) == 3


def test_what_was_deleted_is_erased_but_for_the_deletion():
    say("post", subjects=("post:1",))
    say("comment", subjects=("post:1", "comment:2"))
    say("like", subjects=("post:1",))
    say("comment gone", subjects=("post:1",), effects=(Forget(subject="comment:2"),))
    retention.keep(86_400)
    told = [bytes(event.payload) for event in log.read(0)]
    assert [b'comment"' in text for text in told] == [False] * 4
    assert told[1] == b"null"
    assert told[0] == b'{"text":"post"}'
    say("post gone", effects=(Forget(subject="post:1"),))
    retention.keep(86_400)
    assert [bytes(event.payload) for event in log.read(0)] == [
        b"null",
        b"null",
        b"null",
        b"null",
        b'{"text":"post gone"}',
    ]
    assert retention.erase() == 0


def test_what_was_only_narrowed_is_kept():
    say("post", subjects=("post:1",))
    say("narrowed", effects=(Forget(subject="post:1", unless="following:u", forever=False),))
    retention.keep(86_400)
    assert bytes(log.read(0)[0].payload) == b'{"text":"post"}'


def test_the_command_says_how_many_went():
    say(*"abc")
    age([1, 2], days=2)
    output = StringIO()
    call_command("trim_log", stdout=output)
    assert output.getvalue() == "2 entries were trimmed.\n"
    with pytest.raises(CommandError, match="at least 0 is needed"):
        call_command("trim_log", keep=-1)


def test_a_new_epoch_keeps_the_numbers():
    say("a")
    before = log.head()
    output = StringIO()
    call_command("new_epoch", stdout=output)
    after = log.head()
    assert (after.last, after.epoch in output.getvalue()) == (1, True)
    assert after.epoch != before.epoch

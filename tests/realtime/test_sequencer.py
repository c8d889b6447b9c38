"""The sequencer against a model that is too simple to be wrong: a list.

Hypothesis plays three writers, each with a database connection of its own: they begin, write,
fall back to a savepoint, commit and roll back in any order, while somebody numbers, crashes
before numbering, trims, and a reader follows by its cursor. On PostgreSQL, where
``tests/stories/test_other_servers.py`` runs this too, their transactions overlap; SQLite lets one
write at a time.
"""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from realtime import log, retention
from realtime.models import LogEntry, LogHead
from realtime.transactions import atomic
from tests.realtime.conftest import ON_DATABASE, say

pytestmark = ON_DATABASE

#: More than the machine writes in a transaction, less than it writes in all.
LIMIT = 4


class RolledBack(Exception):
    """Ends a transaction, or a part of it, as a failing view does."""


class Writer:
    """Somebody with a connection of their own, which belongs to its thread."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(1)
        self.levels = []

    @property
    def is_writing(self):
        return bool(self.levels)

    def begin(self):
        self.levels.append((self._do(self._enter), []))

    @staticmethod
    def _enter():
        stack = ExitStack()
        stack.enter_context(atomic())
        return stack

    def say(self, text):
        self._do(say, text)
        self.levels[-1][1].append(text)

    def commit(self):
        """End the innermost level; what is now committed for good."""
        stack, texts = self.levels.pop()
        self._do(stack.__exit__, None, None, None)
        if not self.levels:
            return texts
        self.levels[-1][1].extend(texts)
        return []

    def roll_back(self):
        stack, _texts = self.levels.pop()
        self._do(stack.__exit__, RolledBack, RolledBack(), None)
        # Without savepoints a level that is rolled back takes those around it along.
        if self.levels and not connection.features.uses_savepoints:
            self.roll_back()

    def leave(self):
        while self.levels:
            self.roll_back()
        self._do(lambda: connection.close())
        self._thread.shutdown()

    def _do(self, work, *arguments):
        return self._thread.submit(work, *arguments).result(20)


class Sequencer(RuleBasedStateMachine):
    """The log, and beside it what it should be."""

    def __init__(self):
        super().__init__()
        self.writers = [Writer() for _ in range(3)]
        self.count = 0
        #: Committed and not yet numbered; and, by number, what was.
        self.waiting, self.numbered = set(), []
        self.floor = 0
        #: What one reader was given, and how far it is.
        self.read, self.cursor = [], 0

    def teardown(self):
        for writer in self.writers:
            writer.leave()
        LogEntry.objects.all().delete()
        LogHead.objects.all().delete()

    def writing(self):
        return [writer for writer in self.writers if writer.is_writing]

    def may_begin(self):
        """SQLite would wait for the other writer, who is us."""
        if connection.vendor == "sqlite" and self.writing():
            return self.writing()
        return self.writers

    @rule(data=st.data())
    def begin_or_nest(self, data):
        writer = data.draw(st.sampled_from(self.may_begin()))
        if len(writer.levels) < 3:
            writer.begin()

    @precondition(lambda self: self.writing())
    @rule(data=st.data(), count=st.integers(1, 3))
    def write(self, data, count):
        writer = data.draw(st.sampled_from(self.writing()))
        for _ in range(count):
            self.count += 1
            writer.say(str(self.count))

    @precondition(lambda self: self.writing())
    @rule(data=st.data())
    def commit(self, data):
        """And crash before the numbering: nobody is told."""
        self.waiting.update(data.draw(st.sampled_from(self.writing())).commit())

    @precondition(lambda self: self.writing())
    @rule(data=st.data())
    def roll_back(self, data):
        data.draw(st.sampled_from(self.writing())).roll_back()

    @precondition(lambda self: connection.vendor != "sqlite" or not self.writing())
    @rule()
    def number(self):
        # Each text is its place in the order of writing, which is that of the rows' ids.
        expected = sorted(self.waiting, key=int)[:LIMIT]
        batch = log.stamp()
        if not expected:
            assert batch is None
            return
        assert (batch.after, batch.upto) == (
            len(self.numbered),
            len(self.numbered) + len(expected),
        )
        assert [text_of(event) for event in batch.events] == expected
        self.numbered += expected
        self.waiting.difference_update(expected)

    @precondition(lambda self: connection.vendor != "sqlite" or not self.writing())
    @rule()
    def trim(self):
        """All that has a number goes; what has none stays."""
        retention.trim(timedelta(seconds=-1))
        self.floor = min(len(self.numbered), self.floor + retention.LIMIT)

    @rule(limit=st.integers(1, 5))
    def follow(self, limit):
        if self.cursor < self.floor:  # it was away for too long, and is told so
            assert log.head().floor > self.cursor
            self.read, self.cursor = self.numbered[: self.floor], self.floor
        for event in log.read(self.cursor, limit=limit):
            assert event.seq == self.cursor + 1
            self.read.append(text_of(event))
            self.cursor = event.seq

    @invariant()
    def the_reader_has_what_was_numbered_in_that_order_and_once(self):
        assert self.read == self.numbered[: self.cursor]
        assert max(Counter(self.numbered).values(), default=1) == 1

    @invariant()
    def the_log_holds_every_number_from_its_floor_to_its_head(self):
        head = LogHead.objects.first()
        assert (head.last_seq if head else 0) == len(self.numbered)
        assert (head.floor_seq if head else 0) == self.floor
        seqs = LogEntry.objects.filter(seq__isnull=False).order_by("seq")
        assert list(seqs.values_list("seq", flat=True)) == list(
            range(self.floor + 1, len(self.numbered) + 1)
        )


def text_of(event):
    return json.loads(bytes(event.payload))["text"]


def test_what_is_committed_gets_the_next_numbers_once_in_the_order_of_writing(monkeypatch):
    monkeypatch.setattr(log, "STAMP_LIMIT", LIMIT)
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    run_state_machine_as_test(
        Sequencer,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


@pytest.mark.parametrize("count", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_one_stamp_takes_as_many_as_it_may(monkeypatch, count):
    monkeypatch.setattr(log, "STAMP_LIMIT", LIMIT)
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    say(*map(str, range(count)))
    assert log.stamp().upto == min(count, LIMIT)

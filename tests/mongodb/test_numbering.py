"""Two processes number at once what others write: one order, without a hole, and nobody fails."""

import json
import threading
from itertools import pairwise

import pytest

from realtime import log
from realtime.models import LogEntry
from realtime.transactions import atomic
from tests.realtime.conftest import say

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, TRANSACTIONS = 3, 8


def test_two_who_number_at_once_give_one_order_without_a_hole(monkeypatch):
    monkeypatch.setattr(log, "stamp_and_tell", lambda: None)
    log.head()
    batches, errors, done = [], [], threading.Event()

    def number():
        """As a process of its own: not in turn with the other."""
        while not done.is_set():
            try:
                batches.append(log._number())
            except Exception as error:
                errors.append(error)

    def write(name):
        for count in range(TRANSACTIONS):
            with atomic():
                say(f"{name} {count}")
                say(f"{name} {count} again")

    numbering = [threading.Thread(target=number) for _ in range(2)]
    writing = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for thread in numbering + writing:
        thread.start()
    for thread in writing:
        thread.join()
    done.set()
    for thread in numbering:
        thread.join()
    batches.append(log._number())
    assert errors == []
    spans = sorted((batch.after, batch.upto) for batch in batches if batch)
    assert spans[0][0] == 0
    assert all(one[1] == following[0] for one, following in pairwise(spans))
    events = log.read(0)
    assert [event.seq for event in events] == list(range(1, 2 * WRITERS * TRANSACTIONS + 1))
    assert not LogEntry.objects.filter(seq=None).exists()
    said = [json.loads(bytes(event.payload))["text"] for event in events]
    for name in range(WRITERS):
        mine = [text for text in said if text.startswith(f"{name} ")]
        assert mine == [
            text for n in range(TRANSACTIONS) for text in (f"{name} {n}", f"{name} {n} again")
        ]

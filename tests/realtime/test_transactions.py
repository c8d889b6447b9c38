"""What another transaction undid is run again, as long as nothing of it was committed."""

import pytest
from django.db import IntegrityError, connection

from realtime import transactions
from realtime.models import LogEntry
from realtime.transactions import Conflict, atomic, in_one, retried, retrying

pytestmark = pytest.mark.django_db(transaction=True)


def meeting(times):
    """Work that meets another transaction so many times, and how often it was tried."""
    tries = []

    def work(*args):
        tries.append(args)
        LogEntry.objects.create(type="tried", body="{}")
        if len(tries) <= times:
            raise Conflict("another was faster")
        return len(tries)

    return work, tries


def test_an_action_is_run_again_with_what_it_was_given():
    work, tries = meeting(2)
    assert retrying(work)("a", 1) == 3
    assert tries == [("a", 1)] * 3


def test_in_one_transaction_what_was_undone_leaves_nothing():
    work, _tries = meeting(2)
    assert in_one(work) == 3
    assert LogEntry.objects.count() == 1


def test_within_a_transaction_only_the_whole_of_it_can_be_run_again():
    work, tries = meeting(1)
    with pytest.raises(Conflict), atomic():
        retried(work)
    assert len(tries) == 1


def test_what_has_committed_something_is_not_run_again(monkeypatch):
    commits = iter(range(10))
    monkeypatch.setattr(transactions, "_commits", lambda: next(commits))
    work, tries = meeting(1)
    with pytest.raises(Conflict):
        retried(work)
    assert len(tries) == 1


def test_who_meets_others_for_too_long_is_told(monkeypatch):
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 0)
    work, _tries = meeting(1)
    with pytest.raises(Conflict):
        retried(work)
    assert not connection.in_atomic_block


@pytest.mark.parametrize("times", [1, 2])
def test_of_an_integrity_error_the_second_is_believed(times):
    """The first may be of what went between a look and the commit."""
    tries = []

    def work():
        tries.append(1)
        LogEntry.objects.create(type="tried", body="{}")
        if len(tries) <= times:
            raise IntegrityError("what was looked for is gone")
        return len(tries)

    if times == 1:
        assert in_one(work) == 2
    else:
        with pytest.raises(IntegrityError):
            in_one(work)
    assert (len(tries), LogEntry.objects.count()) == (2, times == 1)


def test_an_integrity_error_within_a_transaction_is_its_own_affair():
    tries = []

    def work():
        tries.append(1)
        raise IntegrityError

    with pytest.raises(IntegrityError), atomic():
        in_one(work)
    assert tries == [1]

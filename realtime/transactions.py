"""The project's one transaction.

Everything that writes goes through :func:`atomic`, so that a row and its event commit together
and so that a database with transactions of its own can be put behind one name.
"""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds after which what meets other transactions is not begun again: whoever asked is told.
PATIENCE_SECONDS = 10.0
#: Seconds between two tries at most.
LONGEST_PAUSE_SECONDS = 0.2


class Conflict(OperationalError):
    """Another transaction was faster, and this one was undone: it may be run again as it was.

    Of MongoDB alone: elsewhere the later one waits.
    """


def atomic() -> AbstractContextManager[None]:
    """Commit all that happens inside, or nothing. May be nested; catch IntegrityError outside."""
    return transaction.atomic()


def retried(work: Callable[[], T]) -> T:
    """Run ``work``, and again where its transaction met another and nothing was committed.

    Inside a transaction it runs once: only the whole of one can be run again.
    """
    until, longest = time.monotonic() + PATIENCE_SECONDS, 0.005
    while True:
        committed = _commits()
        try:
            return work()
        except Conflict:
            is_late = time.monotonic() > until
            if is_late or connection.in_atomic_block or _commits() != committed:
                raise
        # Longer each time, and never for two as long, so that they do not keep meeting.
        longest = min(2 * longest, LONGEST_PAUSE_SECONDS)
        time.sleep(random.uniform(0, longest))  # noqa: S311 — chance need not be secret


def retrying(action: Callable[P, T]) -> Callable[P, T]:
    """An action that is one transaction, run again where that met another (see :func:`retried`)."""

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return retried(lambda: action(*args, **kwargs))

    return run


def in_one(work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction, and again where that met another.

    Of an IntegrityError the second is believed: what ``work`` saw may have gone meanwhile, which
    PostgreSQL tells of a foreign key at the commit.
    """

    def once() -> T:
        with atomic():
            return work()

    def surely() -> T:
        try:
            return once()
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return once()

    return retried(surely)


def _commits() -> int:
    """Transactions that this thread's connection has committed, where it counts them."""
    return getattr(connection, "commits", 0)

"""The only way in: what an app calls to tell the world.

Life of an event:  save → signal → **event → log** → bus → hub → consumer → browser
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from realtime import log
from realtime.events import Audience, Effect, Event

_operation: ContextVar[str | None] = ContextVar("operation", default=None)


@contextmanager
def operation(op: str | None) -> Iterator[None]:
    """Everything published inside carries ``op``, by which its cause knows its own echo."""
    token = _operation.set(op)
    try:
        yield
    finally:
        _operation.reset(token)


def publish(event: Event, to: Audience, *, effects: Sequence[Effect] = ()) -> None:
    """Write a durable event into the log, in the caller's transaction.

    It is delivered after the commit, and never when that does not come. Under a subject that
    several may change at once, call it while holding that object's row lock.
    """
    log.append(event, to, effects=effects, op=_operation.get())


def change_rights(*effects: Effect) -> None:
    """Write a change of rights that is no news to anybody, in the caller's transaction."""
    log.append(None, Audience(rooms=()), effects=effects, op=_operation.get())

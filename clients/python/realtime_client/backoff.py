"""When to come back: what a close code asks for, and how long to wait.

Pure: numbers in, numbers out. The classes are those of the protocol's table of close codes.
"""

import random
from collections.abc import Callable
from enum import Enum

#: Server restart in RFC 6455's registry: the new process is already on its way.
SERVICE_RESTART = 1012
#: Seconds of the first wait's bound, and of the longest.
BASE, CAP = 1.0, 30.0


class AfterClose(Enum):
    """What a close code asks of a client."""

    STOP = "stop"
    BACK_OFF = "back off"
    AT_ONCE = "at once"


def after_close(code: int) -> AfterClose:
    """What to do after a close with this code."""
    if code == SERVICE_RESTART or 4200 <= code < 4300:
        return AfterClose.AT_ONCE
    return AfterClose.STOP if 4000 <= code < 4100 else AfterClose.BACK_OFF


def after_status(status: int) -> AfterClose:
    """The same for an HTTP status in place of a handshake: who asks wrongly need not ask again."""
    is_for_good = 400 <= status < 500 and status not in (408, 429)
    return AfterClose.STOP if is_for_good else AfterClose.BACK_OFF


def full_jitter(attempt: int, rng: Callable[[], float] = random.random) -> float:
    """Seconds before try ``attempt`` (from 0): up to a bound that doubles.

    From nothing on: thousands who lost the same server must not come back as one.
    """
    return rng() * min(CAP, BASE * 2.0 ** min(attempt, 10))

"""How often something may be done: a rate, how one is written, and the arithmetic of its window.

Pure: the time is an argument. A window slides by weighing two that stand still: what was counted
in the one before matters less the further the present one has gone. That is two small numbers
for whoever is counted, however much they do; the counting is ``rates.py``'s.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

#: Below this a window's own seconds are coarser than the waits that clients are told.
LEAST_SECONDS = 1
#: What may be left of reckoning with shares: who waited as told is not refused for it.
EPSILON = 1e-9
#: A day: longer ones would be kept in a cache that may be emptied.
MOST_SECONDS = 86_400


class Rate(NamedTuple):
    """``limit`` times within ``seconds``."""

    limit: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.limit}/{self.seconds}"


#: Every rate that there is, by its name in ``RATES``.
DEFAULTS: Mapping[str, Rate] = {
    # Of one user: every unsafe request, REST and pages together.
    "write": Rate(600, 60),
    # From one address.
    "register": Rate(300, 3600),
    # From one address: passwords tried, right or wrong, whatever the account.
    "login": Rate(100, 60),
    # Wrong passwords for one account from one address.
    "login_failures": Rate(10, 300),
    # Wrong passwords for one account from all addresses that it is not known at.
    "login_strangers": Rate(100, 3600),
}


def parse(text: str) -> dict[str, Rate]:
    """All rates, those changed that a text like ``write=600/60,login=100/60`` names.

    Raises ValueError that says which part will not do, and what it may be.
    """
    rates = dict(DEFAULTS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        if name not in rates:
            raise ValueError(f"{part!r}: there is no such rate; there are {', '.join(rates)}")
        rates[name] = _rate(part, value)
    return rates


def _rate(part: str, value: str) -> Rate:
    limit, _, seconds = value.partition("/")
    if not (_is_number(limit) and _is_number(seconds)):
        raise ValueError(f"{part!r}: write it as name=times/seconds, for instance write=600/60")
    rate = Rate(int(limit), int(seconds))
    if rate.limit < 1 or not LEAST_SECONDS <= rate.seconds <= MOST_SECONDS:
        raise ValueError(f"{part!r}: at least once within {LEAST_SECONDS} to {MOST_SECONDS} s")
    return rate


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def window(rate: Rate, now: float) -> tuple[int, float]:
    """The number of the window that ``now`` lies in, and the seconds that have gone of it."""
    number, elapsed = divmod(now, rate.seconds)
    return int(number), elapsed


def is_over(rate: Rate, *, before: int, current: int, elapsed: float) -> bool:
    """Whether it is too often, with ``current`` counted in this window and ``before`` in the last.

    The one that is asked about is among ``current``.
    """
    return before * (1 - elapsed / rate.seconds) + current > rate.limit + EPSILON


def wait(rate: Rate, *, before: int, current: int, elapsed: float) -> int:
    """Whole seconds, at least 1, until one more would be taken if nothing else came meanwhile.

    ``current`` are those taken, without the one that is refused.
    """
    room = rate.limit - 1 - current
    if room >= 0:
        seconds = _until(rate, before, room) - elapsed
    else:
        # Only in the next window, where those of this one are those before.
        seconds = rate.seconds - elapsed + _until(rate, current, rate.limit - 1)
    return max(1, math.ceil(seconds - EPSILON))


def _until(rate: Rate, before: int, room: int) -> float:
    """Seconds of a window after which ``before`` weigh no more than ``room``."""
    return rate.seconds * max(0.0, 1 - room / before) if before else 0.0

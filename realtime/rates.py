"""Counts how often something was done, in all processes together, and refuses what is too much.

In Django's cache, which is Redis where the site has one. A cache that cannot be asked refuses
nobody: limits keep abuse away, and are not worth an outage. It is then left alone for a while, so
that a Redis that hangs costs a request now and then, and never much (see CACHES in the settings).
Blocking; never inside a transaction that holds a lock.
"""

import logging
import time
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.cache import BaseCache, caches
from django.core.signals import setting_changed

from realtime import windows
from realtime.conf import site
from realtime.errors import RateLimited

logger = logging.getLogger(__name__)

#: For which a cache that failed is not asked again.
LEFT_ALONE_SECONDS = 5.0


class Store:
    """The cache of this process, and whether it may be asked."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache
        self._ask_again_at = 0.0
        self._has_failed = False

    def counts(self, key: str, number: int, seconds: int) -> tuple[int, int] | None:
        """Count one in window ``number``: its count and that of the window before.

        None where the cache has no answer.
        """
        if time.monotonic() < self._ask_again_at:
            return None
        try:
            before = int(self._cache.get(f"{key}:{number - 1}") or 0)
            current = self._increase(f"{key}:{number}", seconds)
        except Exception as error:
            self._failed(error)
            return None
        if self._has_failed:
            self._has_failed = False
            logger.warning("the cache answers again: limits are kept")
        return current, before

    def take_back(self, key: str, number: int) -> None:
        """Count one less."""
        if time.monotonic() < self._ask_again_at:
            return
        try:
            self._cache.decr(f"{key}:{number}")
        except ValueError:
            pass  # its window is long over
        except Exception as error:
            self._failed(error)

    def _increase(self, key: str, seconds: int) -> int:
        # It is read until the end of the window after its own.
        self._cache.add(key, 0, timeout=2 * seconds + 1)
        return int(self._cache.incr(key))

    def _failed(self, error: Exception) -> None:
        self._ask_again_at = time.monotonic() + LEFT_ALONE_SECONDS
        if not self._has_failed:  # once: a Redis that is gone is told by others too
            self._has_failed = True
            logger.warning("the cache cannot be asked, so no limit is kept: %r", error)


class Taken(NamedTuple):
    """One that was counted."""

    key: str
    number: int

    def give_back(self) -> None:
        """It shall not count."""
        _store().take_back(self.key, self.number)


def take(name: str, whom: str, *, now: float | None = None) -> Taken:
    """Count one more of this rate for ``whom``; raises RateLimited when it is one too many."""
    rate: windows.Rate = site("RATES")[name]
    moment = time.time() if now is None else now
    number, elapsed = windows.window(rate, moment)
    # A name may hold anything, be long, or say whose it is to who reads the cache.
    taken = Taken(f"rate:{name}:{sha256(whom.encode()).hexdigest()[:32]}", number)
    counts = _store().counts(taken.key, number, rate.seconds)
    if counts is None:
        return taken
    current, before = counts
    if not windows.is_over(rate, before=before, current=current, elapsed=elapsed):
        return taken
    # Who is refused is not counted, or whoever asks on and on would never be let in again.
    taken.give_back()
    seconds = windows.wait(rate, before=before, current=current - 1, elapsed=elapsed)
    raise RateLimited(f"too often: try again in {seconds} s", retry_after=seconds)


@cache
def _store() -> Store:
    # One for the process: Django's `caches` has one for each request, and each would connect.
    return Store(caches.create_connection("default"))


def forget(*, setting: str = "CACHES", **kwargs: Any) -> None:
    """Look at the settings anew."""
    if setting == "CACHES":
        _store.cache_clear()


setting_changed.connect(forget, dispatch_uid="realtime.rates")

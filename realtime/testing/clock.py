"""Time that passes when a test says so: heartbeats, silence, the end of a token, a grace.

It moves ``time.monotonic``, ``time.time`` and ``time.time_ns`` of this process, and with the first
the event loop's own timers; so all that waits in this loop finds that it has waited. It does not
move ``datetime.now()``, nor the clocks of other processes, of a database or of a Redis.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Self
from unittest.mock import patch

#: The most seconds that pass at once. Less than any interval of the engine, so that a client
#: that answers heartbeats has answered each before the next is due.
STEP = 1.0
#: Turns of the loop after each step: from a timer through a socket to its client and back.
TURNS = 30


class Clock:
    """``with Clock() as clock: await clock.advance(30)``."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._patches = ExitStack()

    def __enter__(self) -> Self:
        self._move("monotonic", time.monotonic, lambda now: now + self._ahead)
        self._move("time", time.time, lambda now: now + self._ahead)
        self._move("time_ns", time.time_ns, lambda now: now + round(self._ahead * 1e9))
        return self

    def __exit__(self, *failure: Any) -> None:
        self._patches.close()

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass, and what is due in them happen, in its order."""
        end = self._ahead + seconds
        while self._ahead < end:
            self._ahead = min(end, self._ahead + STEP)
            for _ in range(TURNS):
                await asyncio.sleep(0)

    def _move(self, name: str, real: Callable[[], Any], moved: Callable[[Any], Any]) -> None:
        self._patches.enter_context(patch.object(time, name, lambda: moved(real())))

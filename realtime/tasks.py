"""The end of tasks that run until they are told to stop.

In the event loop.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

#: Seconds after which a task that did not end is cancelled again.
AGAIN_SECONDS = 0.5


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel the tasks and return when all of them have ended, however they did.

    Once is not enough: ``asyncio.wait_for`` before Python 3.12 loses a cancellation that comes
    together with its answer, and so do libraries that stand on it, Redis' client among them.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _done, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)

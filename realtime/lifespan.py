"""Start and stop of a server process, where the server tells us (uvicorn does, daphne does not).

Elsewhere the first socket starts the hub. The stop has an order: the sockets are told to go, then
requests end, then the apps say their last, and whatever hangs by then is cut off.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from realtime import draining
from realtime.hub import Hub

logger = logging.getLogger(__name__)

#: Seconds to the end once the sockets had theirs (``draining.py``), whatever hangs: 10 for
#: requests, 2 for the apps, and some air. A thread that waits for a database can be stopped in no
#: other way.
EXIT_SECONDS = 15.0


class Lifespan:
    """The ASGI lifespan protocol: the hub follows the log from the start, and stops at the end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()  # lifespan.startup
        stop = Stop()
        stop.on_signals()
        end_with_the_parent()
        if not await stop.comes_after(Hub.of_this_process()):
            end_by_force_after(1)  # nobody was served yet: there is nothing to wait for
            await self._stop()
            message = "told to stop before the database answered"
            await send({"type": "lifespan.startup.failed", "message": message})
            return
        calm_the_collector()
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _stop(self) -> None:
        if (hub := Hub.running()) is not None:
            await hub.stop()


def calm_the_collector() -> None:
    """Look at old objects seldom: with thousands of sockets it takes 40 % of a fan-out otherwise.

    Young ones are looked at often enough, for each request leaves rings of some hundred of them.
    """
    gc.collect()
    gc.freeze()  # what is loaded by now stays: it need not be looked at again
    gc.set_threshold(10_000, 20, 100)


class Stop:
    """SIGTERM and SIGINT: send the sockets away first, then let the server do what it does."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def on_signals(self) -> None:
        """Take the place of the server's own handlers, which are called after the sockets."""
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if callable(before):
                asyncio.get_running_loop().add_signal_handler(number, self._ask, before, number)

    async def comes_after(self, start: Coroutine[Any, Any, Any]) -> bool:
        """Whether ``start`` was done before anybody asked to stop."""
        starting = asyncio.ensure_future(start)
        asked = asyncio.ensure_future(self._asked.wait())
        await asyncio.wait((starting, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        return starting.done() or not starting.cancel()

    def _ask(self, then: Callable[[int, Any], Any], number: int) -> None:
        if self._asked.is_set():
            return
        self._asked.set()
        end_by_force_after(draining.most_seconds() + EXIT_SECONDS)
        self._tasks.add(asyncio.ensure_future(self._drain(then, number)))

    async def _drain(self, then: Callable[[int, Any], Any], number: int) -> None:
        if (hub := Hub.running()) is not None:
            await draining.drain(hub)
        then(number, None)


def end_by_force_after(seconds: float) -> None:
    """End this process so many seconds from now, if it is still there."""

    def end() -> None:
        logger.error("something hangs: the process ends without it")
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def end_with_the_parent() -> None:
    """A worker whose supervisor was killed would hold the port against the next one: drain."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="wait for the parent's end", daemon=True).start()

"""Start and stop of a server process, where the server tells us (uvicorn does, daphne does not).

Elsewhere the first socket starts the hub.
"""

import asyncio
import gc
import signal
from collections.abc import Callable
from typing import Any

from realtime.hub import Hub


class Lifespan:
    """The ASGI lifespan protocol: the hub follows the log from the start, and stops at the end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                drain_before_exit(await Hub.of_this_process())
                calm_the_collector()
                await send({"type": "lifespan.startup.complete"})
            else:
                if (hub := Hub.running()) is not None:
                    await hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def calm_the_collector() -> None:
    """Collect garbage seldom: with thousands of sockets it takes 40 % of a fan-out otherwise."""
    gc.collect()
    gc.freeze()  # what is loaded by now stays: it need not be looked at again
    gc.set_threshold(50_000, 50, 100)


def drain_before_exit(hub: Hub) -> None:
    """On SIGTERM or SIGINT send the sockets away first, then let the server do what it does."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):
            asyncio.get_running_loop().add_signal_handler(number, _drain, hub, before, number)


def _drain(hub: Hub, then: Callable[[int, Any], Any], number: int) -> None:
    async def drain() -> None:
        await hub.drain()
        then(number, None)

    if not hub.draining:
        hub.draining = True
        _tasks.add(asyncio.create_task(drain()))


_tasks: set[asyncio.Task[None]] = set()

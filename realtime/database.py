"""Where the event loop goes for the database: a few threads with a connection each.

Channels' own ``database_sync_to_async`` runs everything of a process in one thread, so that one
slow query holds up every other reader.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from realtime import logs
from realtime.transactions import retried

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="realtime-db")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous function that queries the database, beside the event loop."""

    context = logs.current()

    def call() -> T:
        close_old_connections()
        try:
            with logs.within(context):
                return retried(lambda: function(*args, **kwargs))
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, call)

"""Where the event loop goes for the database: a few threads with a connection each.

Channels' own ``database_sync_to_async`` runs everything of a process in one thread, so that one
slow query holds up every other reader.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

from realtime import logs

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="realtime-db")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous function that queries the database, beside the event loop."""

    context = logs.current()

    def call() -> T:
        _let_go()
        try:
            with logs.within(context):
                return function(*args, **kwargs)
        finally:
            _let_go()

    return await asyncio.get_running_loop().run_in_executor(_threads, call)


def _let_go() -> None:
    """Close the thread's connections, or hand them back, as Django does around a request.

    One to SQLite stays open until it fails: nobody else waits for it, and to open it takes longer
    than most of our queries.
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "sqlite":
            connection.close_at = None
        connection.close_if_unusable_or_obsolete()

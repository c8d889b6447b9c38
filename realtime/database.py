"""Where the event loop goes for the database: a few threads with a connection each.

Channels' own ``database_sync_to_async`` runs everything of a process in one thread, so that one
slow query holds up every other reader.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import SyncToAsync
from django.db import close_old_connections, connections

from realtime import logs
from realtime.transactions import retried

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=3, thread_name_prefix="realtime-db")
#: The log's own: who follows it does not queue behind those who ask and ask.
_log_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="realtime-log")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous function that queries the database, beside the event loop."""
    return await _run(_threads, function, *args, **kwargs)


async def in_log(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for the one who follows the log: one after the other, before all others."""
    return await _run(_log_thread, function, *args, **kwargs)


async def let_thread_go() -> None:
    """End the thread in which Django's middlewares work for this request, before a long wait.

    It would wait too: a thousand streams were a thousand threads. What comes behind the wait gets
    another.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is None or getattr(context, "_executor", None) is not None:
        return  # none of its own
    thread = SyncToAsync.context_to_thread_executor.pop(context, None)
    if isinstance(thread, ThreadPoolExecutor):
        await asyncio.get_running_loop().run_in_executor(thread, connections.close_all)
        thread.shutdown(wait=False)


async def _run(
    threads: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    context = logs.current()

    def call() -> T:
        close_old_connections()
        try:
            with logs.within(context):
                return retried(lambda: function(*args, **kwargs))
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(threads, call)

"""A server process in this event loop: its hub, and the fake clients at it. It can be killed.

Life of an event:  save → signal → event → log → **bus → hub → consumer** → browser
With real commits (``TransactionTestCase``, pytest's ``transaction=True``) all is as in a process
of its own. In ``TestCase``, whose transaction is never committed, the server asks the database by
the test's own connection and so sees what is written in it; nothing wakes it there, so clients
ask it to look when they expect something.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from typing import Any, ParamSpec, Self, TypeVar
from unittest.mock import patch

from asgiref.sync import sync_to_async
from channels.layers import DEFAULT_CHANNEL_LAYER, channel_layers
from channels.routing import get_default_application
from django.conf import settings
from django.db import connection
from django.test import Client

from realtime import database, log
from realtime import hub as hub_module
from realtime.hub import Hub
from realtime.tasks import end
from realtime.testing.clients import PATIENCE, FakeClient
from realtime.testing.layer import FaultyLayer
from realtime.testing.sockets import Socket

P = ParamSpec("P")
T = TypeVar("T")

#: The host that Django's test runner allows.
HOST = "testserver"


class Server:
    """``async with Server() as server: client = await server.client(user)``.

    ``application`` is the site's (``ASGI_APPLICATION``) unless another one is given.
    """

    def __init__(self, application: Any = None) -> None:
        self.application = application or get_default_application()
        #: What processes hear of each other by, with its switches.
        self.layer = FaultyLayer()
        self._clients: list[FakeClient] = []
        self._patches = ExitStack()
        self._commits = True

    async def __aenter__(self) -> Self:
        self._commits = not await sync_to_async(_is_in_a_test_case)()
        if not self._commits:
            self._stay_on_the_test_s_connection()
        layers = {DEFAULT_CHANNEL_LAYER: self.layer}
        self._patches.enter_context(patch.dict(channel_layers.backends, layers))
        try:
            async with asyncio.timeout(PATIENCE):
                await Hub.of_this_process()  # which tries for ever where there is no table
        except BaseException:
            await self.__aexit__()
            raise
        return self

    def _stay_on_the_test_s_connection(self) -> None:
        for threads in ("_threads", "_log_thread"):
            self._patches.enter_context(patch.object(database, threads, _TestThread()))
        # It would be closed with the transaction that it is in.
        self._patches.enter_context(patch.object(database, "close_old_connections", lambda: None))

    async def __aexit__(self, *failure: Any) -> None:
        for client in self._clients:
            await client.disconnect()
        if (hub := Hub.running()) is not None:
            await hub.stop()
        self._patches.close()

    async def client(
        self, user: Any = None, *, token: str | None = None, path: str = "/ws/"
    ) -> FakeClient:
        """A client that has connected, with a session of ``user``'s or by an access token."""
        headers = {"host": HOST}
        if user is not None:
            session = await database.in_database(_session_of, user)
            headers |= {"cookie": session, "origin": f"http://{HOST}"}

        def open_socket(path: str) -> Socket:
            return Socket(self.application, path, token=token, headers=headers)

        client = FakeClient(open_socket, self.settle, path=path, waits_for_commits=self._commits)
        await client.connect()
        self._clients.append(client)
        return client

    async def settle(self) -> None:
        """Return when all that is written has been handed out to the clients."""
        await (await Hub.of_this_process()).settle()

    async def do(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that queries the database, beside the event loop."""
        return await database.in_database(function, *args, **kwargs)

    async def do_elsewhere(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same as another process would: this one hears of it by the layer alone.

        Or by its own look at the log, once a second. Needs real commits.
        """
        assert self._commits, "in TestCase nothing is committed: use TransactionTestCase"
        with patch.object(log, "on_append", None):
            return await database.in_database(function, *args, **kwargs)

    async def kill(self) -> None:
        """End as a killed process does: nobody says goodbye, and what is in memory is gone.

        The next client to come, or to come back, begins another. Tasks that an app began by
        itself are not ended.
        """
        hub = Hub.running()
        assert hub is not None, "it is dead already"
        for client in self._clients:
            await client.drops()
        hub_module._hubs.pop(asyncio.get_running_loop())
        log.on_append = None
        await end(hub._tasks)


class _TestThread(Executor):
    """Runs what queries the database in the thread of the test, whose connection has its rows."""

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        called = sync_to_async(function)(*args, **kwargs)
        return asyncio.run_coroutine_threadsafe(called, asyncio.get_running_loop())


def _is_in_a_test_case() -> bool:
    return connection.in_atomic_block


def _session_of(user: Any) -> str:
    """The cookie of a new session of this user's."""
    browser = Client(headers={"host": HOST})
    browser.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"

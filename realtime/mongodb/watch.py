"""Reads the change streams of the collections whose rows are news, one task for each.

Life of an event:  **change stream** → signal → event → log → bus → hub → consumer → browser
Where a stream cannot go on from where it was left, the log gets another epoch: then clients fetch
what is there now, for nobody can tell them what has happened between.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import OperationalError
from pymongo import AsyncMongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from realtime.database import in_database
from realtime.models import Model
from realtime.mongodb import foreign

logger = logging.getLogger(__name__)

#: Changes that are read at once, and announced in one transaction, which has little time.
LIMIT, TOGETHER = 100, 10
#: For so long the server waits for a change before it says that there is none.
WAIT_MS = 1_000
#: Seconds after which a stream's position is kept although there was nothing to tell: below any
#: time for which a server keeps changes.
KEEP_SECONDS = 30.0
#: Seconds after which a server that was gone is asked again.
RETRY_SECONDS = 1.0
#: InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost: this stream goes on no more.
LOST = {260, 280, 286}
#: Unauthorized, AuthenticationFailed, and "only on replica sets": waiting does not help.
NEVER = {13, 18, 40573}


class Lost(Exception):
    """A stream does not go on from where it was left."""


async def watch(url: str, *, ready: Callable[[], None] = lambda: None) -> None:
    """Announce until cancelled; ``ready`` is called when all streams are open for the first time.

    Raises TokenMoved when another process does the same.
    """
    # What nobody reads is not asked for; the mark of our own writes is in every document.
    async with AsyncMongoClient(url, serverSelectionTimeoutMS=5_000) as client:
        database = client[settings.DATABASES["default"]["NAME"]]
        readers = [Reader(database[name], model) for name, model in foreign.models().items()]
        async with asyncio.TaskGroup() as tasks:
            for reader in readers:
                tasks.create_task(reader.run())
            await asyncio.gather(*(reader.opened.wait() for reader in readers))
            ready()


class Reader:
    """The stream of one collection, and how far it was read."""

    def __init__(self, collection: Any, model: type[Model]) -> None:
        self._collection, self._model = collection, model
        self._token: Any = None
        self._kept_at = 0.0
        self.opened = asyncio.Event()

    async def run(self) -> None:
        while True:
            try:
                await self._go_on()
            except (ConnectionFailure, OperationFailure, OperationalError) as error:
                if getattr(error, "code", None) in NEVER:
                    raise
                logger.warning("the changes of %s wait: %s", self._collection.name, error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _go_on(self) -> None:
        """Read from where the stream was left, until it ends."""
        self._token = await in_database(foreign.token_of, self._collection.name)
        await self._keep_images()
        try:
            await self._read()
        except Lost as lost:
            await self._begin_anew(lost)

    async def _keep_images(self) -> None:
        """How documents were before they are deleted: without it deletions cannot be told."""
        images = {"changeStreamPreAndPostImages": {"enabled": True}}
        try:
            await self._collection.database.command("collMod", self._collection.name, **images)
        except OperationFailure as error:
            logger.warning("deletions in %s are not told: %s", self._collection.name, error)

    async def _read(self) -> None:
        try:
            async with await self._stream() as stream:
                if self._token is None:
                    await self._take([], stream.resume_token)
                self.opened.set()
                while True:
                    await self._take(await self._some(stream), stream.resume_token)
        except OperationFailure as error:
            if error.code not in LOST and not error.has_error_label(
                "NonResumableChangeStreamError"
            ):
                raise
            raise Lost(str(error)) from error

    async def _stream(self) -> Any:
        return await self._collection.watch(
            resume_after=self._token,
            full_document_before_change="whenAvailable",
            max_await_time_ms=WAIT_MS,
            batch_size=LIMIT,
        )

    async def _some(self, stream: Any) -> list[foreign.Change]:
        """The next changes, at most LIMIT; [] after a while without one."""
        changes: list[foreign.Change] = []
        while len(changes) < LIMIT:
            change = await stream.try_next()
            if change is None:
                break
            if change["operationType"] == "invalidate":
                raise Lost("the collection is gone")
            if change["operationType"] in ("insert", "update", "replace", "delete"):
                changes.append(change)
        return changes

    async def _take(self, changes: list[foreign.Change], token: Any) -> None:
        told = [change for change in changes if not foreign.is_ours(change)]
        # Where there is nothing of others the old token does for a while: a write for each of
        # our own would double them.
        is_old = time.monotonic() > self._kept_at + KEEP_SECONDS
        if token is None or not (told or is_old or self._token is None):
            return
        while len(told) > TOGETHER:
            part, told = told[:TOGETHER], told[TOGETHER:]
            await self._tell(part, part[-1]["_id"])
        await self._tell(told, token)

    async def _tell(self, changes: list[foreign.Change], token: Any) -> None:
        try:
            await in_database(
                lambda: foreign.take(self._model, changes, before=self._token, token=token)
            )
        except (OperationalError, foreign.TokenMoved):
            raise
        except Exception:
            # A row that no model can be made of, say. It must not hold up the others for ever.
            logger.exception("changes of %s cannot be told", self._collection.name)
            await self._move(token)
        self._token, self._kept_at = token, time.monotonic()

    async def _begin_anew(self, lost: Lost) -> None:
        logger.warning("the changes of %s are lost: %s", self._collection.name, lost)
        before, self._token = self._token, None
        # The new stream is open before clients are told to fetch: nothing falls between.
        async with await self._stream() as stream:
            self._token = before
            await self._move(stream.resume_token)

    async def _move(self, token: Any) -> None:
        """Go on from here, with another epoch: nobody can tell what was before."""
        name = self._collection.name
        await in_database(lambda: foreign.skip(name, before=self._token, token=token))

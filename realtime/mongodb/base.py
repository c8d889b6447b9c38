"""The database engine ``realtime.mongodb``; Django asks for it under this file's name.

``django.db.transaction.atomic()`` is a transaction here as on other databases, with Django's own
order of things: callbacks of ``on_commit`` run after the commit, in order, and not at all after a
rollback; what fails inside a nested block undoes the whole, for MongoDB has no savepoints.
"""

import sys
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django_mongodb_backend import base
from pymongo import ReadPreference
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from realtime.mongodb.rows import Rows
from realtime.mongodb.schema import SchemaEditor
from realtime.transactions import Conflict

#: Seconds for which a commit whose outcome is unknown is asked for again.
COMMIT_SECONDS = 5.0
#: Milliseconds for a majority of members to have it, each time that they are asked.
MAJORITY_MS = 5_000


class Features(base.DatabaseFeatures):  # type: ignore[misc]
    """What MongoDB can do."""

    # Rows that are found by way of others are looked up first, then updated by their keys.
    update_can_self_select = False


class Operations(base.DatabaseOperations):  # type: ignore[misc]
    compiler_module = "realtime.mongodb.compiler"


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """A connection of one thread; the sockets are a pool that all threads share."""

    SchemaEditorClass = SchemaEditor
    features_class = Features
    ops_class = Operations
    # The backend's own are for its own ``atomic()``, which knows no callbacks of Django's.
    on_commit = BaseDatabaseWrapper.on_commit

    #: Whether the transaction under way has written: until then it may begin again unseen.
    has_written = False
    #: The statement's error that has undone the transaction under way, on the server already.
    broken_by: PyMongoError | None = None
    #: Transactions that this connection has committed.
    commits = 0

    def connect(self) -> None:
        try:
            super().connect()
        except PyMongoError as error:
            self.connection = None
            raise OperationalError(str(error)) from error

    def get_collection(self, name: str, **options: Any) -> Any:
        rows = Rows(self, name, **options)
        return base.OperationDebugWrapper(self, rows) if self.queries_logged else rows

    def set_autocommit(self, autocommit: bool, **how: Any) -> None:
        """Raises Conflict at the end of a block in which an error was caught, and so hidden."""
        BaseDatabaseWrapper.set_autocommit(self, autocommit, **how)
        broken_by, self.broken_by = self.broken_by, None
        # With savepoints the block would have gone on behind the error: here all of it is undone,
        # and whoever waits for its end must not take it for committed.
        if autocommit and broken_by is not None and sys.exception() is None:
            raise Conflict(f"an error undid the transaction: {broken_by}") from broken_by

    def refuse_after_an_error(self) -> None:
        """Raises Conflict in a transaction that an error has undone, which was caught."""
        if self.needs_rollback and self.broken_by is not None:
            raise Conflict(f"an error undid the transaction: {self.broken_by}") from self.broken_by
        self.validate_no_broken_transaction()

    def begin(self) -> None:
        """Start a transaction; the server hears of it with the first statement."""
        self.session = self.connection.start_session()
        self.session.start_transaction(
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority", wtimeout=MAJORITY_MS),
            read_preference=ReadPreference.PRIMARY,
        )
        self.has_written = False

    def undo(self) -> None:
        """End the transaction, if there is one, without a trace."""
        session, self.session = self.session, None
        if session is None:
            return
        try:
            if session.in_transaction:
                session.abort_transaction()
        finally:
            session.end_session()

    def _set_autocommit(self, autocommit: bool) -> None:
        # Django calls it with True after the commit or rollback: there is nothing left to end.
        if autocommit:
            self.undo()
        else:
            self.begin()

    def _commit(self) -> None:
        if self.session is None:
            return
        try:
            self._commit_surely()
        except PyMongoError as error:
            if error.has_error_label("TransientTransactionError"):
                raise Conflict(str(error)) from error
            raise OperationalError(str(error)) from error
        self.session.end_session()
        self.session = None
        self.commits += 1

    def _commit_surely(self) -> None:
        """Ask again while nobody knows whether it was committed: twice does no harm."""
        until = time.monotonic() + COMMIT_SECONDS
        while True:
            try:
                return self.session.commit_transaction()
            except PyMongoError as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult")
                if not unknown or time.monotonic() > until:
                    raise

    def _rollback(self) -> None:
        self.undo()

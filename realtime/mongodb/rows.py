"""A collection as the backend's queries see it: its statements join the transaction under way.

MongoDB does not wait for a row that another transaction has changed: it undoes the later one at
once. Here a transaction that has only read waits and begins anew, at a younger snapshot, as a
statement on PostgreSQL would; one that has written is undone, and ``Conflict`` tells whoever can
run it again (``realtime.transactions.retried``).
"""

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from bson import ObjectId
from django.db import OperationalError
from django_mongodb_backend.query import wrap_database_errors
from pymongo.collection import Collection
from pymongo.errors import ConnectionFailure, PyMongoError, WTimeoutError
from pymongo.results import DeleteResult, UpdateResult

from realtime import transactions
from realtime.transactions import Conflict

if TYPE_CHECKING:
    from realtime.mongodb.base import DatabaseWrapper

#: What every write of ours gives a document besides, anew each time. The server skips an update
#: that changes nothing, and then nobody would have to wait for it; and ``foreign.py`` tells by it
#: whose a change is.
MARK = "_mark"
#: The same of a document that we are about to delete.
GONE = "_gone"


class Rows(Collection[dict[str, Any]]):  # type: ignore[misc]
    """A collection whose statements belong to a connection's transaction."""

    def __init__(self, wrapper: "DatabaseWrapper", name: str, **options: Any) -> None:
        super().__init__(wrapper.database, name, **options)
        self._wrapper = wrapper

    def aggregate(self, pipeline: Any, session: Any = None, **options: Any) -> Any:
        cursor = self._do(
            lambda session: super(Rows, self).aggregate(slim(pipeline), session=session, **options)
        )
        return Found(cursor, self._wrapper)

    def insert_many(self, documents: Any, **options: Any) -> Any:
        options.pop("session", None)
        documents = [{**document, MARK: ObjectId()} for document in documents]
        return self._do(
            lambda session: super(Rows, self).insert_many(documents, session=session, **options),
            writes=True,
        )

    def update_many(self, filter: Any, update: Any, **options: Any) -> Any:
        options.pop("session", None)
        mark = {MARK: ObjectId()}
        if isinstance(update, dict):  # a migration's: `$rename` and `$unset` are of no pipeline
            update = {**update, "$set": {**update.get("$set", {}), **mark}}
        else:
            update = [*update, {"$set": mark}]
        return self._do(
            lambda session: super(Rows, self).update_many(
                filter, update, session=session, **options
            ),
            writes=True,
        )

    def delete_many(self, filter: Any, **options: Any) -> Any:
        options.pop("session", None)
        if not self.name.startswith(("realtime_", "django_")):
            # What was deleted is told with how it was, and that it was us.
            self.update_many(filter, [{"$set": {GONE: True}}])
        return self._do(
            lambda session: super(Rows, self).delete_many(filter, session=session, **options),
            writes=True,
        )

    def hold(self, key: Any) -> bool:
        """Take a document's lock until the transaction ends; False when there is none."""
        return bool(self.update_many({"_id": key}, []).matched_count)

    def bulk_write(self, requests: Any, **options: Any) -> Any:
        options.pop("session", None)
        return self._do(
            lambda session: super(Rows, self).bulk_write(requests, session=session, **options),
            writes=True,
        )

    def _do(self, statement: Callable[[Any], Any], *, writes: bool = False) -> Any:
        """Run a statement, in the transaction if there is one; raises Conflict."""
        wrapper, until = self._wrapper, time.monotonic() + transactions.PATIENCE_SECONDS
        wrapper.refuse_after_an_error()
        longest = 0.002
        while True:
            try:
                result = statement(wrapper.session)
            except PyMongoError as error:
                self._after(error, until)
            else:
                wrapper.has_written |= writes and _touched(result)
                return result
            # Longer each time, and never for two as long, so that they do not keep meeting.
            longest = min(2 * longest, transactions.LONGEST_PAUSE_SECONDS)
            time.sleep(random.uniform(0.001, longest))  # noqa: S311
            wrapper.begin()

    def _after(self, error: PyMongoError, until: float) -> None:
        """Return where the transaction may begin anew; else raise what became of it."""
        wrapper = self._wrapper
        is_alone = wrapper.session is None or isinstance(error, ConnectionFailure)
        may_begin = not is_alone and error.has_error_label("TransientTransactionError")
        if may_begin and not wrapper.has_written and time.monotonic() < until:
            wrapper.undo()
            return
        raise_as_ours(wrapper, error)


class Found:
    """What a query finds: its first documents came with the answer, others may have to be asked."""

    def __init__(self, cursor: Any, wrapper: "DatabaseWrapper") -> None:
        self._cursor, self._wrapper = cursor, wrapper

    def __iter__(self) -> "Found":
        return self

    def __next__(self) -> Any:
        """The next document; raises Conflict, OperationalError and DatabaseError."""
        try:
            return next(self._cursor)
        except PyMongoError as error:
            self._fail(error)

    @wrap_database_errors  # type: ignore[untyped-decorator, unused-ignore]
    def _fail(self, error: PyMongoError) -> NoReturn:
        raise_as_ours(self._wrapper, error)

    next = __next__


def raise_as_ours(wrapper: "DatabaseWrapper", error: PyMongoError) -> NoReturn:
    """Raise what the driver says as Django would, where that matters to whoever began the work."""
    wrapper.needs_rollback = wrapper.session is not None
    if isinstance(error, ConnectionFailure | WTimeoutError):
        # The driver has tried again; who waited for as long is told 503.
        raise OperationalError(str(error)) from error
    if wrapper.session is not None:
        wrapper.broken_by = error  # the server has undone it already
        if error.has_error_label("TransientTransactionError"):
            raise Conflict(str(error)) from error
    raise error


def slim(pipeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A query whose rows do not carry what its subqueries found, once nothing asks for it.

    The backend leaves it in each row: the ids of all whom a reader follows, twenty times a page.
    """
    matches = [number for number, stage in enumerate(pipeline) if "$match" in stage]
    found = {str(one["$lookup"].get("as")) for one in pipeline if "$lookup" in one}
    if not matches or not (found := {name for name in found if name.startswith("__subquery")}):
        return pipeline
    behind = matches[-1] + 1
    later = repr(pipeline[behind:])
    done = sorted(name for name in found if name not in later)
    return [*pipeline[:behind], {"$unset": done}, *pipeline[behind:]] if done else pipeline


def _touched(result: Any) -> bool:
    """Whether a write has found anything to write to; to insert always does."""
    if isinstance(result, UpdateResult):
        return result.matched_count > 0
    return not isinstance(result, DeleteResult) or result.deleted_count > 0

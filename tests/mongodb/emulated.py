"""mongoeco as a server: an emulator of MongoDB in memory. What passes on it has not run on MongoDB.

``python -m tests.mongodb.emulated [PORT]`` prints its address and serves until its input ends.

What the emulator lacks and the backend asks for is put in front of it here: another spelling of
``buildInfo``, ``$not`` as an expression, nested fields in ``$project`` and ``$addFields``. And its
transactions are made to meet as MongoDB's do: at one document, at the moment of the second write.
(Of itself it undoes whoever commits after anybody else has written anything.)
"""

import asyncio
import sys
import time
from collections import Counter
from typing import Any

from mongoeco.engines.memory import MemoryEngine
from mongoeco.errors import DuplicateKeyError
from mongoeco.wire.executor import WireCommandExecutor
from mongoeco.wire.proxy import AsyncMongoEcoProxyServer

#: Seconds after which a transaction whose client is gone lets go; docs/mongodb.md asks for as many.
LIFETIME = 5.0
MISSING = object()


class Met(Exception):
    """Two writers met at a document."""


class Engine(MemoryEngine):
    """A store whose transactions meet at documents."""

    def __init__(self) -> None:
        super().__init__()
        #: session → (database, collection, key) → the document before its first write there.
        self._written: dict[str, dict[tuple[str, str, Any], Any]] = {}
        self._since: dict[str, float] = {}
        #: Counts the writes to a collection; and what it was when a session's transaction began.
        self._version: Counter[tuple[str, str]] = Counter()
        self._began: dict[str, Counter[tuple[str, str]]] = {}

    def _start_session_transaction(self, session: Any) -> None:
        super()._start_session_transaction(session)
        self._written[session.session_id], self._since[session.session_id] = {}, time.monotonic()
        self._began[session.session_id] = self._version.copy()

    def _abort_session_transaction(self, session: Any) -> None:
        super()._abort_session_transaction(session)
        self._forget(session.session_id)

    def _active_mvcc_state(self, context: Any) -> Any:
        gone = context is not None and context.in_transaction
        if gone and context.session_id not in self._mvcc_states:
            self._end(context)
            raise Met("NoSuchTransaction")
        return super()._active_mvcc_state(context)

    @staticmethod
    def _end(session: Any) -> None:
        """No client ends a transaction that the server has ended."""
        session._state.transaction.active = False

    def _forget(self, session: str) -> None:
        self._written.pop(session, None)
        self._since.pop(session, None)
        self._began.pop(session, None)

    def _set_storage_document_locked(
        self, collection: Any, storage_key: Any, document: Any
    ) -> None:
        self._meet(collection, storage_key)
        super()._set_storage_document_locked(collection, storage_key, document)

    def _delete_storage_document_locked(self, collection: Any, storage_key: Any) -> None:
        self._meet(collection, storage_key)
        super()._delete_storage_document_locked(collection, storage_key)

    def _meet(self, collection: Any, key: Any) -> None:
        """Note a write; raises Met when somebody else has written there since, or is about to."""
        session, database, name = self._place(collection)
        place = (database, name, key)
        for other, written in list(self._written.items()):
            if other == session or place not in written:
                continue
            if time.monotonic() - self._since[other] < LIFETIME:
                raise Met(f"WriteConflict at {database}.{name}")
            self._mvcc_states.pop(other, None)
            self._forget(other)
        if session is None:
            self._version[database, name] += 1
            return
        mine = self._written[session]
        if place not in mine:
            before = collection.get(key, MISSING)
            if self._live(database, name).get(key, MISSING) is not before:
                raise Met(f"WriteConflict at {database}.{name}: it is younger than the snapshot")
            mine[place] = before

    def _place(self, collection: Any) -> tuple[str | None, str, str]:
        views = [(None, self._storage)]
        views += [(session, state.storage) for session, state in self._mvcc_states.items()]
        for session, storage in views:
            for database, collections in storage.items():
                for name, one in collections.items():
                    if one is collection:
                        return session, database, name
        raise AssertionError("a collection of no view")

    def _live(self, database: str, name: str) -> Any:
        return self._storage.get(database, {}).get(name, {})

    def _commit_session_transaction(self, session: Any) -> None:
        with self._meta_lock:
            state = self._mvcc_states.get(session.session_id)
            if state is None:
                self._end(session)
                raise Met("the transaction was too old")
            try:
                if state.has_writes:
                    began = self._began[session.session_id]
                    self._merge(state, self._written[session.session_id], began)
                    state.snapshot_version = self._mvcc_version
            except (Met, DuplicateKeyError) as error:
                self._mvcc_states.pop(session.session_id, None)
                self._end(session)
                raise Met(str(error)) from error
            finally:
                self._forget(session.session_id)
            super()._commit_session_transaction(session)

    def _merge(
        self, state: Any, written: dict[tuple[str, str, Any], Any], began: Counter[tuple[str, str]]
    ) -> None:
        """Make the transaction's view what is live now, and its own writes on top."""
        places: dict[tuple[str, str], list[tuple[Any, Any, Any]]] = {}
        for (database, name, key), before in written.items():
            after = state.storage.get(database, {}).get(name, {}).get(key, MISSING)
            if self._live(database, name).get(key, MISSING) is not before:
                raise Met(f"WriteConflict at {database}.{name} on commit")
            places.setdefault((database, name), []).append((key, before, after))
        for (database, name), changes in places.items():
            if self._version[database, name] != began[database, name]:
                self._merge_one(state, database, name, changes)
        self._version.update(places.keys())

    def _merge_one(self, state: Any, database: str, name: str, changes: list[Any]) -> None:
        live = self._storage.get(database, {}).get(name)
        if live is None:
            return
        collection = state.storage[database][name] = live.copy()
        maps = self._index_data.get(database, {}).get(name, {})
        state.index_data.setdefault(database, {})[name] = {k: m.copy() for k, m in maps.items()}
        views = {"index_data_view": state.index_data, "indexes_view": state.indexes}
        shown, self._storage = self._storage, state.storage  # where indexes look for the order
        try:
            for key, before, _after in changes:
                if before is not MISSING:
                    old = self._borrow_storage_document(before)
                    self._update_indexes_locked(database, name, key, old, action="delete", **views)
                    del collection[key]
            for key, _before, after in changes:
                if after is MISSING:
                    continue
                new = self._borrow_storage_document(after)
                self._ensure_unique_indexes(
                    database, name, new, storage_view=state.storage, **views
                )
                collection[key] = after
                self._update_indexes_locked(database, name, key, new, **views)
        finally:
            self._storage = shown


class Executor(WireCommandExecutor):
    """Commands as the emulator takes them, and errors as MongoDB tells them."""

    def _build_request_context(self, body: dict[str, Any], **known: Any) -> Any:
        return super()._build_request_context(bridged(body), **known)

    async def execute_prepared(self, context: Any) -> dict[str, Any]:
        in_transaction = "autocommit" in context.raw_body
        until = time.monotonic() + 2 * LIFETIME
        while True:
            try:
                answer = await super().execute_prepared(context)
            except Met:
                # Outside of a transaction a write waits for those that are under way.
                if in_transaction or time.monotonic() > until:
                    raise
                await asyncio.sleep(0.002)
                continue
            if context.command_name == "hello":
                answer.update(setName="emulated", hosts=[context.raw_body.get("host", "")])
            return answer

    @staticmethod
    def error_document(error: Exception) -> dict[str, Any]:
        if isinstance(error, Met):
            return {
                "ok": 0.0,
                "errmsg": str(error),
                "code": 112,
                "codeName": "WriteConflict",
                "errorLabels": ["TransientTransactionError"],
            }
        return WireCommandExecutor.error_document(error)


def bridged(body: dict[str, Any]) -> dict[str, Any]:
    """A command in the emulator's words."""
    if "buildinfo" in body:
        return {"buildInfo": 1, **{k: v for k, v in body.items() if k != "buildinfo"}}
    if "pipeline" in body:
        return {**body, "pipeline": pipeline(body["pipeline"])}
    if "updates" in body:
        return {**body, "updates": [_update(one) for one in body["updates"]]}
    if "deletes" in body:
        return {**body, "deletes": [{**one, "q": match(one["q"])} for one in body["deletes"]]}
    return body


def _update(one: dict[str, Any]) -> dict[str, Any]:
    changes = pipeline(one["u"]) if isinstance(one["u"], list) else one["u"]
    return {**one, "q": match(one["q"]), "u": changes}


def pipeline(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: stage(name, spec) for name, spec in one.items()} for one in stages]


def stage(name: str, spec: Any) -> Any:
    if name == "$match":
        return match(spec)
    if name in ("$project", "$addFields", "$set"):
        return expression(dict(flat(spec)))
    if name in ("$lookup", "$unionWith") and isinstance(spec, dict) and "pipeline" in spec:
        return {**expression(spec), "pipeline": pipeline(spec["pipeline"])}
    if name == "$facet":
        return {key: pipeline(stages) for key, stages in spec.items()}
    return expression(spec)


def flat(spec: dict[str, Any], prefix: str = "") -> Any:
    """``{"a": {"b": 1}}`` as ``{"a.b": 1}``."""
    for key, value in spec.items():
        if isinstance(value, dict) and value and not any(one.startswith("$") for one in value):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def match(spec: Any) -> Any:
    """A query: only what stands under ``$expr`` is an expression."""
    if isinstance(spec, list):
        return [match(one) for one in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        key: expression(value) if key == "$expr" else match(value) for key, value in spec.items()
    }


def expression(value: Any) -> Any:
    if isinstance(value, list):
        return [expression(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$literal"}:
        return value
    if set(value) == {"$not"}:
        (inner,) = value["$not"] if isinstance(value["$not"], list) else [value["$not"]]
        return {"$cond": [expression(inner), False, True]}
    return {key: expression(one) for key, one in value.items()}


async def serve(port: int) -> None:
    server = AsyncMongoEcoProxyServer(
        engine=Engine(), mongodb_dialect="8.0", pymongo_profile="4.9", port=port
    )
    server._executor = Executor(
        server._client,
        server._cursor_store,
        server._session_store,
        surface=server._surface,
        auth=server._auth,
    )
    await server.start()
    server._surface = server._executor._surface
    print(f"mongodb://{server.address.host}:{server.address.port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))

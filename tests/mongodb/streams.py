"""nx-27017 as a server: an emulator of change streams, in memory, on SQLite.

``python -m tests.mongodb.streams [PORT]`` prints its URL and serves until its input ends. Put
before it here: what an update has changed and how a document was before its deletion, as MongoDB
tells, and that it refuses to resume from where it no longer remembers.
"""

import asyncio
import os
import socket
import sys
import threading
from datetime import datetime
from typing import Any

from bson import ObjectId
from nx_27017 import handler as nx
from nx_27017.changestream import ChangeStreamManager, _wire_rowid
from nx_27017.server import run_server


class Gone(Exception):
    """There is no resuming from there."""


def plain(value: Any) -> Any:
    """A value as it was written, of what the emulator keeps of it."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$date"}:
        return datetime.fromisoformat(value["$date"])
    if "__neosqlite_objectid__" in value:
        return ObjectId(value["id"])
    return {name: plain(one) for name, one in value.items()}


class Streams(ChangeStreamManager):
    """Change streams that tell what MongoDB's tell."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[Any, Any] = {}

    def create_stream(self, collection_name: str, pipeline: Any, **options: Any) -> Any:
        token = options.get("resume_after")
        stream = super().create_stream(collection_name, pipeline, **options)
        known = _wire_rowid(token) if token is not None else 0
        if known is None or known > self._newest(stream):
            raise Gone
        return stream

    def _newest(self, stream: Any) -> int:
        tracker = self._trackers[stream.db_name, stream.collection_name]
        return self._watermark_now(tracker)

    def _translate_row(self, stream: Any, rowid: int, row: Any) -> Any:
        change = super()._translate_row(stream, rowid, row)
        place = (stream.collection_name, change["documentKey"]["_id"])
        before, after = self._last.get(place) or {}, plain(change["fullDocument"] or {})
        change["fullDocument"] = after
        self._last[place] = after
        if change["operationType"] == "update":
            updated = {name: value for name, value in after.items() if before.get(name) != value}
            change["updateDescription"] = {"updatedFields": updated}
            del change["fullDocument"]
        if change["operationType"] == "delete":
            change["fullDocumentBeforeChange"] = change.pop("fullDocument")
        return change


class Handler(nx.NeoSQLiteHandler):
    def _handle_change_stream(self, request_id: int, *place: Any, **options: Any) -> Any:
        number, answer = super()._handle_change_stream(request_id, *place, **options)
        if not answer["ok"] and not answer["errmsg"]:
            answer.update(
                errmsg="the resume point may no longer be in the oplog",
                code=286,
                codeName="ChangeStreamHistoryLost",
                errorLabels=["NonResumableChangeStreamError"],
            )
        return number, answer


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def serve(port: int) -> None:
    nx.ChangeStreamManager = Streams
    server = asyncio.create_task(run_server("127.0.0.1", port, Handler(":memory:")))
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        break
    print(f"mongodb://127.0.0.1:{port}", flush=True)
    await server


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else free_port()))

"""A reader: one who goes from transport to transport with one cursor, and writes down all.

It keeps its cursor as SPEC 4 and 6 say: any that a server sends is the position up to which it
is complete. What it got between two cursors is a stretch (see ``record.py``).
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, cycle
from random import Random
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.history import rest
from tests.history.record import History, Json, Promise, Stretch
from tests.history.schedule import Session

#: What a network or a server that breaks down does to a client.
BROKEN = (OSError, EOFError, TimeoutError, WebSocketException, rest.Unanswered)


class Reader:
    """One reader, from the start of a history to the marker at its end."""

    def __init__(
        self, name: str, user: str, token: str, history: History, ports: Sequence[int]
    ) -> None:
        self.name, self.user, self._token = name, user, token
        self._history, self._ports = history, ports
        self.at = history.start
        #: The number of the last event that is to be waited for.
        self.goal: int | None = None
        #: Codes of errors that are no breach.
        self.excused = {"unknown_room", "forbidden", "too_many_rooms", "rate_limited"}
        #: Posts whose threads may be opened.
        self.posts: list[str] = []
        self._count = 0
        self._live: Stretch | None = None
        self._session = ""
        self._begun = 0.0

    @property
    def is_done(self) -> bool:
        return self.goal is not None and self.at >= self.goal

    async def run(self, sessions: Sequence[Session]) -> None:
        """Goes from session to session until it has the goal."""
        for session in chain(sessions, cycle(sessions)):
            if self.is_done:
                return
            self._count += 1
            self._session = f"{self.name} #{self._count} {session.transport} {session.server}"
            self._live = None
            self._begun = time.monotonic()
            way = {"websocket": self._socket, "sse": self._stream, "poll": self._poll}
            with suppress(*BROKEN):
                await way[session.transport](session)
            if time.monotonic() - self._begun < 0.05:
                await asyncio.sleep(0.1)  # refused: its server is down

    # -- writing down ------------------------------------------------------------------------

    @property
    def _cursor(self) -> str:
        return f"{self._history.epoch}-{self.at}"

    def _stretch(self, promise: Promise, begin: float) -> Stretch:
        made = Stretch(
            self.name, self.user, self._session, promise, self.at, self.at, begin, time.monotonic()
        )
        self._history.stretches.append(made)
        return made

    def _got(self, stretch: Stretch, frame: Json) -> None:
        stretch.frames.append(frame)
        stretch.times.append(time.monotonic())
        self._reach(stretch, frame["cursor"])

    def _reach(self, stretch: Stretch | None, cursor: str) -> None:
        """A server says that this reader is complete up to there."""
        epoch, _, seq = cursor.rpartition("-")
        if epoch != self._history.epoch:
            self._wrong(f"cursor {cursor} of another epoch")
            return
        self.at = max(self.at, int(seq))
        if stretch is not None:
            stretch.upto = max(stretch.upto, int(seq))

    def _wrong(self, text: str) -> None:
        self._history.wrong.append(f"{self._session}: {text}")

    def _page(self, promise: Promise, begin: float, page: Json, asked: int | None = None) -> None:
        stretch = self._stretch(promise, begin)
        stretch.asked = asked
        if page["reset"] is not None:
            self._wrong(f"reset {page['reset']} at {self._cursor}, now {page['cursor']}")
        for frame in page["events"]:
            self._got(stretch, frame)
        self._reach(stretch, page["cursor"])

    # -- poll --------------------------------------------------------------------------------

    async def _poll(self, session: Session) -> None:
        end = time.monotonic() + session.seconds
        while time.monotonic() < end and not self.is_done:
            begin = time.monotonic()
            wait = int(session.limit > 7)
            query = f"lastEventId={self._cursor}&limit={session.limit}&wait={wait}"
            path = f"/api/realtime/poll?{query}"
            port = self._ports[session.server]
            status, answer = await rest.call(port, "GET", path, self._token, seconds=8)
            if status >= 500:
                await asyncio.sleep(0.1)
                return
            if status != 200:
                self._wrong(f"poll answered {status} {answer}")
                return
            # A page that was waited for is one from the past, and one of what came then.
            self._page("replay, then live" if wait else "replay", begin, answer)
            await asyncio.sleep(0.05)

    # -- server-sent events ------------------------------------------------------------------

    async def _stream(self, session: Session) -> None:
        begin = time.monotonic()
        path = "/api/realtime/stream"
        port = self._ports[session.server]
        async with asyncio.timeout(session.seconds + 0.5):
            async with rest.stream(port, path, self._token, Last_Event_ID=self._cursor) as (
                status,
                pieces,
            ):
                if status != 200:
                    if status < 500:
                        self._wrong(f"stream answered {status}")
                    return
                await self._read_stream(pieces, begin)

    async def _read_stream(self, pieces, begin: float) -> None:
        stretch = self._stretch("replay, then live", begin)
        stretch.until = float("inf")
        buffer, count = b"", 0
        async for piece in pieces:
            buffer += piece
            *blocks, buffer = buffer.split(b"\n\n")
            for block in blocks:
                self._take_block(stretch, block.decode(), first=count == 0)
                count += 1
            if self.is_done:
                return

    def _take_block(self, stretch: Stretch, block: str, *, first: bool) -> None:
        if block.startswith(": live"):
            stretch.until = time.monotonic()
        lines = dict(line.partition(": ")[::2] for line in block.splitlines() if line[:1] != ":")
        if lines.get("event") == "reset":
            self._wrong(f"reset {lines['data']}")
        elif "data" in lines and "id" in lines:
            frame = json.loads(lines["data"])
            if frame["cursor"] != lines["id"]:
                self._wrong(f"{frame} has the id {lines['id']}")
            self._got(stretch, frame)
        elif "id" in lines:
            if first and lines["id"] != self._cursor:
                self._wrong(f"a stream from {self._cursor} begins with {lines['id']}")
            self._reach(stretch, lines["id"])

    # -- the socket --------------------------------------------------------------------------

    async def _socket(self, session: Session) -> None:
        rooms = ",".join(f"post:{post}" for post in self.posts[-2:])
        url = f"ws://127.0.0.1:{self._ports[session.server]}/ws/"
        socket = await connect(
            f"{url}?cursor={self._cursor}&rooms={quote(rooms)}",
            additional_headers={"Authorization": f"Bearer {self._token}"},
            open_timeout=4,
            close_timeout=0.3,
            ping_interval=None,
            max_size=None,
            compression=None,
        )
        try:
            await Sitting(self, socket, session).run()
        finally:
            if session.abrupt:
                socket.transport.abort()
            await socket.close()


class Sitting:
    """One socket of a reader, while it is open."""

    def __init__(self, reader: Reader, socket: ClientConnection, session: Session) -> None:
        self._reader, self._socket, self._session = reader, socket, session
        self._live: Stretch | None = None
        self._syncing: float | None = None
        self._asked = 0
        self._stops_reading = False

    async def run(self) -> None:
        actions = asyncio.create_task(self._act())
        try:
            async with asyncio.timeout(self._session.seconds + 0.5):
                while not self._reader.is_done:
                    if self._stops_reading:
                        self._stops_reading = False
                        await asyncio.sleep(0.3)
                    await self._take(json.loads(await self._socket.recv()))
        finally:
            actions.cancel()
            await asyncio.wait([actions])

    async def _act(self) -> None:
        for pause, kind, pick in self._session.actions:
            await asyncio.sleep(pause)
            if kind == "stop reading":
                self._stops_reading = True
            elif kind == "beat":
                await self._send("heartbeat", {}, id="beat")
            elif kind == "join" and self._reader.posts:
                post = Random(pick).choice(self._reader.posts)
                await self._send("room:join", {"room": f"post:{post}"}, id="join")
            elif kind == "sync" and self._live is not None and self._syncing is None:
                await self._sync()

    async def _sync(self) -> None:
        self._syncing, self._asked = time.monotonic(), self._reader.at
        payload = {"cursor": self._reader._cursor, "limit": self._session.limit}
        await self._send("sync:request", payload, id="sync")

    async def _send(self, kind: str, payload: Json, **members: str) -> None:
        with suppress(*BROKEN):
            await self._socket.send(json.dumps({"type": kind, "payload": payload, **members}))

    async def _take(self, frame: Json) -> None:
        reader = self._reader
        if "seq" in frame:
            if self._live is None:
                reader._wrong(f"got {frame['seq']} before the past was told")
                self._live = reader._stretch("live", 0)
            reader._got(self._live, frame)
        elif frame["type"] == "sync:response":
            await self._take_page(frame)
        elif frame["type"] == "heartbeat":
            # While a page is on its way this is the place before it.
            reader._reach(self._live, frame["payload"]["cursor"])
            if "id" not in frame:
                await self._send("heartbeat", {})
        elif frame["type"] == "connect" and frame["payload"]["cursor"] != reader._cursor:
            reader._wrong(f"connect at {frame['payload']['cursor']} from {reader._cursor}")
        elif frame["type"] == "ack" and "cursor" in frame["payload"]:
            reader._reach(self._live, frame["payload"]["cursor"])
        elif frame["type"] == "error" and frame["payload"]["code"] not in reader.excused:
            reader._wrong(f"error {frame['payload']}")

    async def _take_page(self, frame: Json) -> None:
        reader, page = self._reader, frame["payload"]
        if self._live is None:
            # After the connect, or a further page of a sync: nothing live comes in between.
            begin = reader._begun if self._syncing is None else self._syncing
            reader._page("replay", begin, page)
        else:
            assert self._syncing is not None
            reader._page("live, then replay", self._syncing, page, self._asked)
        if page["complete"]:
            self._syncing = None
            self._live = reader._stretch("live", 0)
        else:
            self._live = None
            if frame.get("id"):
                await self._sync()

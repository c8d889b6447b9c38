"""A fake client: connects, joins, expects, is cut off and comes back, as a browser's does.

Life of an event:  save → signal → event → log → bus → hub → consumer → **browser**
It answers heartbeats, keeps its cursor and its rooms, and holds the server to its word: a durable
event that comes twice, or after a later one, fails the test that meets it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from realtime.testing.matching import described, matches
from realtime.testing.sockets import Closed, Frame, Socket

#: Seconds after which what did not come counts as not coming.
PATIENCE = 5.0


class Refusal(Exception):
    """A command was answered by an error; ``code`` is one of docs/protocol.md."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class FakeClient:
    """One client, made by ``Server.client``. Use it in the event loop that made it."""

    def __init__(
        self,
        open_socket: Callable[[str], Socket],
        settle: Callable[[], Coroutine[Any, Any, None]],
        *,
        path: str,
        waits_for_commits: bool,
    ) -> None:
        self._open_socket, self._settle, self._path = open_socket, settle, path
        self._waits_for_commits = waits_for_commits
        self._socket: Socket | None = None
        self._reader: asyncio.Task[None] | None = None
        #: The ``connect`` frame's payload, of the newest connection.
        self.welcome: dict[str, Any] = {}
        #: The position up to which it has everything; None before the first connection.
        self.cursor: str | None = None
        #: The rooms that it asked for.
        self.rooms: list[str] = []
        #: Events that came and that nothing has expected yet, oldest first.
        self.inbox: list[Frame] = []
        self._newest = 0
        self._answers: dict[str, Frame] = {}
        self._reset: str | None = None
        self._is_complete = True
        self._failure: Exception | None = None
        self._came = asyncio.Condition()

    # -- its connection ----------------------------------------------------------------------

    async def connect(self) -> dict[str, Any]:
        """Open the socket, and its first frame's payload; raises Refused or Closed."""
        query = {"cursor": self.cursor, "rooms": ",".join(self.rooms)} if self.cursor else {}
        self._failure, self._is_complete, self._reset = None, not query, None
        self.welcome = {}
        self._socket = self._open_socket(
            f"{self._path}?{urlencode(query)}" if query else self._path
        )
        await self._socket.connect()
        self._reader = asyncio.create_task(self._read(self._socket), name="fake client")
        await self._until(lambda: self.welcome, "the first frame")
        return self.welcome

    async def drops(self) -> None:
        """Lose the connection, as in a tunnel: what is on its way is lost, nobody says goodbye."""
        await self._stop_reading()
        if self._socket is not None:
            await self._socket.cut()

    async def resumes(self) -> str | None:
        """Come back with the cursor and the rooms, and get what was missed.

        None, or where the server could not say what was missed, its reason (``reset``).
        """
        await self.drops()
        await self.connect()
        await self._until(lambda: self._is_complete, "the end of what it missed")
        return self._reset

    async def disconnect(self) -> None:
        """Go away."""
        await self._stop_reading()
        if self._socket is not None:
            await self._socket.close()

    # -- what it says ------------------------------------------------------------------------

    async def join(self, room: str) -> dict[str, Any]:
        """Join a room, and the payload of the answer; raises Refusal."""
        answer = await self.command("room:join", {"room": room})
        self.rooms.append(answer["room"])
        return answer

    async def leave(self, room: str) -> dict[str, Any]:
        """Leave a room."""
        answer = await self.command("room:leave", {"room": room})
        self.rooms = [one for one in self.rooms if one != answer["room"]]
        return answer

    async def command(self, kind: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a command, and the payload of its answer; raises Refusal."""
        frame = await self._asked(kind, payload or {})
        answer: dict[str, Any] = frame["payload"]
        if frame["type"] == "error":
            raise Refusal(answer["code"], answer["message"])
        return answer

    # -- what it gets ------------------------------------------------------------------------

    async def expects(
        self,
        kind: str,
        payload: dict[str, Any] | None = None,
        *,
        room: str | None = None,
        seconds: float = PATIENCE,
    ) -> Frame:
        """The next event of this type, with at least this in its payload, in this room.

        Events before it are passed over. Fails when none comes within ``seconds``.
        """
        if not self._waits_for_commits:
            await self._settle()
        wanted = described(kind, room, payload)
        await self._until(lambda: self._find(kind, payload, room) is not None, wanted, seconds)
        place = self._find(kind, payload, room)
        assert place is not None
        frame = self.inbox[place]
        del self.inbox[: place + 1]
        return frame

    async def expects_nothing(self, kind: str | None = None, *, room: str | None = None) -> None:
        """Fail when an event (of this type, in this room) has come, or is on its way.

        It waits for no time: all that was committed has been handed out, and the server has
        answered a question that was put behind it.
        """
        await self._settle()
        await self._asked("heartbeat", {})
        if (place := self._find(kind, None, room)) is not None:
            what = described(kind, room, None)
            raise AssertionError(f"{what} was not to come, and did: {self.inbox[place]}")

    async def closed(self, seconds: float = PATIENCE) -> int:
        """The code with which the server closes the socket."""
        with suppress(Closed):
            await self._until(lambda: False, "the end of the socket", seconds)
        assert isinstance(self._failure, Closed)
        return self._failure.code

    def _find(self, kind: str | None, payload: Any, room: str | None) -> int | None:
        for place, frame in enumerate(self.inbox):
            is_of_type = kind in (None, frame["type"])
            is_there = room is None or room in frame.get("rooms", ())
            if is_of_type and is_there and matches(payload or {}, frame["payload"]):
                return place
        return None

    async def _asked(self, kind: str, payload: dict[str, Any]) -> Frame:
        assert self._socket is not None, "connect first"
        number = self._socket.next_id()
        await self._socket.send(kind, payload, id=number)
        await self._until(lambda: number in self._answers, f"the answer to {kind!r}")
        return self._answers.pop(number)

    async def _until(
        self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE
    ) -> None:
        """Return when this is so; raises what the reader met, or AssertionError in time."""
        try:
            async with asyncio.timeout(seconds), self._came:
                while not condition():
                    if self._failure is not None:
                        raise self._failure
                    await self._came.wait()
        except TimeoutError:
            seen = "".join(f"\n  {frame}" for frame in self.inbox) or " nothing"
            raise AssertionError(f"{what} did not come in {seconds:g} s; there is:{seen}") from None

    # -- its reader --------------------------------------------------------------------------

    async def _read(self, socket: Socket) -> None:
        while self._failure is None:
            try:
                frame = await socket.receive(None)
                await self._take(socket, frame)
            except (Closed, AssertionError) as failure:
                self._failure = failure
            async with self._came:
                self._came.notify_all()

    async def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def _take(self, socket: Socket, frame: Frame) -> None:
        payload = frame["payload"]
        match frame["type"]:
            case "connect":
                self.welcome = payload
                self.cursor = payload["cursor"]
            case "sync:response":
                self._take_events(payload["events"])
                self.cursor = payload["cursor"]
                self._reset = self._reset or payload["reset"]
                self._is_complete = payload["complete"]
            case "heartbeat" if "id" not in frame:
                self.cursor = payload["cursor"]
                await socket.send("heartbeat")
            case _ if "id" in frame:
                self._answers[frame["id"]] = frame
            case "bye":
                pass  # its close follows
            case _:
                self._take_events([frame])

    def _take_events(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            if "seq" in frame:
                self._check_order(frame)
                self.cursor = frame["cursor"]
            self.inbox.append(frame)

    def _check_order(self, frame: Frame) -> None:
        seq = int(frame["seq"])
        assert seq > self._newest, f"event {seq} came after {self._newest}: {frame}"
        self._newest = seq

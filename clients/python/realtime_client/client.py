"""The client: keeps one connection to the server, and says what comes over it, each event once.

Life of an event:  save → signal → event → log → bus → hub → consumer → **client**
One task reads, reconnects and answers the server; ``async for`` hands out what it has read.
"""

import asyncio
import itertools
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Self

from realtime_client.backoff import AfterClose, after_close, after_status, full_jitter
from realtime_client.connection import Connection, Lost, Refused
from realtime_client.errors import Closed, CommandError, Disconnected
from realtime_client.frames import Frame, encode
from realtime_client.position import Position

logger = logging.getLogger("realtime_client")

#: An access token; asked for before each connection, and when one runs out.
Token = Callable[[], Awaitable[str]]

#: Seconds for a command to be answered, a wait for the connection among them.
COMMAND_SECONDS = 10.0
#: A connection that held for so many seconds was a good one: the next try is the first again.
HELD_SECONDS = 5.0
#: Frames that may wait for the program. Then nothing more is read, until the server cuts off who
#: does not read; what follows comes after that, from the cursor.
MAX_WAITING = 10_000
#: Seconds over which those return who may come back at once, where the server names none.
AT_ONCE_SECONDS = 1.0


class RealtimeClient:
    """``async with RealtimeClient(url, token=…) as client``, then ``async for frame in client``.

    ``cursor``: where to go on from; without one, what is new from now on. ``rooms`` are joined at
    every connection. ``headers`` go with every handshake. ``rng`` gives 0 to 1, for the waits.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        cursor: str | None = None,
        rooms: Sequence[str] = (),
        headers: dict[str, str] | None = None,
        rng: Callable[[], float] = random.random,
    ) -> None:
        self.url = url
        #: What the server said at the newest connection: the ``connect`` frame's payload.
        self.welcome: dict[str, Any] = {}
        self.rooms = list(rooms)
        #: How often which close code ended a connection, or HTTP status refused one; 1006 where
        #: it was lost without a word. Tries that reached nobody are not among them.
        self.ends: Counter[int] = Counter()
        self._token, self._headers, self._rng = token, headers or {}, rng
        self._position = Position(cursor)
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(MAX_WAITING)
        self._handed_out: Frame | None = None
        self._connection: Connection | None = None
        self._is_open = asyncio.Event()
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._ids = itertools.count(1)
        self._end: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._renewals: set[asyncio.Task[None]] = set()

    @property
    def cursor(self) -> str | None:
        """The position up to which the program has done with everything; keep this one."""
        return self._position.done

    # -- its life ----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Begin to connect; raises Closed when the server says no for good."""
        self._task = asyncio.create_task(self._run(), name="realtime client")
        try:
            await self._opened()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Go away; ``async for`` ends behind what waits."""
        for task in (self._task, *self._renewals):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task
        self._finish(Closed(1000, "by the client"))

    async def cut(self) -> None:
        """Drop the connection as if the network had gone: for trying things out."""
        if self._connection is not None:
            self._connection.abort()

    # -- what it hands out -------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """The next frame; raises what ended the client."""
        self._done_with_the_last()
        while self._end is None or not self._frames.empty():
            frame = await self._frames.get()
            if frame is None:
                break
            self._handed_out = frame
            if frame.type != "heartbeat":
                return frame
            self._done_with_the_last()
        if isinstance(self._end, Closed) and self._end.code == 1000:
            raise StopAsyncIteration
        assert self._end is not None
        raise self._end

    def _done_with_the_last(self) -> None:
        """Who asks for the next frame has done with the last one."""
        if self._handed_out is not None and self._handed_out.cursor:
            self._position.done = self._handed_out.cursor
        self._handed_out = None

    # -- what it says ------------------------------------------------------------------------

    async def emit(
        self, kind: str, payload: dict[str, Any] | None = None, *, seconds: float = COMMAND_SECONDS
    ) -> dict[str, Any]:
        """Send a command, and the payload of its answer.

        Raises CommandError, Disconnected, Closed, or TimeoutError after ``seconds``.
        """
        async with asyncio.timeout(seconds):
            connection = await self._opened()
            frame_id = str(next(self._ids))
            answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self._answers[frame_id] = answer
            try:
                await connection.send(encode(kind, payload or {}, frame_id))
                return await answer
            except Lost:
                raise Disconnected(f"{kind} was on its way when the connection went") from None
            finally:
                self._answers.pop(frame_id, None)

    async def join(self, room: str) -> dict[str, Any]:
        """Join a room, now and at every connection from here on; raises as ``emit``."""
        answer = await self.emit("room:join", {"room": room})
        if answer["room"] not in self.rooms:
            self.rooms.append(answer["room"])
        return answer

    async def leave(self, room: str) -> dict[str, Any]:
        """Leave it; raises as ``emit``."""
        answer = await self.emit("room:leave", {"room": room})
        self.rooms = [one for one in self.rooms if one not in (room, answer["room"])]
        return answer

    async def _opened(self) -> Connection:
        """The connection, when there is one; raises what ended the client."""
        while self._end is None:
            await self._is_open.wait()
            if self._connection is not None:
                return self._connection
        raise self._end

    # -- its connections ---------------------------------------------------------------------

    async def _run(self) -> None:
        attempt = 0
        try:
            while True:
                began = asyncio.get_running_loop().time()
                wait = await self._connect_once(attempt)
                held = self.welcome and asyncio.get_running_loop().time() - began >= HELD_SECONDS
                attempt = 0 if held else attempt + 1
                logger.info("not connected; the next try is in %.1f s", wait)
                await asyncio.sleep(wait)
        except Exception as error:
            self._finish(error)

    async def _connect_once(self, attempt: int) -> float:
        """One connection from its beginning to its end; seconds until the next.

        Raises Closed when there is to be none.
        """
        connection: Connection | None = None
        try:
            connection = await self._open()
            await self._read(connection)
        except Refused as refused:
            self.ends[refused.status] += 1
            if after_status(refused.status) is AfterClose.STOP:
                raise Closed(refused.status, "at the handshake") from None
            least = refused.retry_after or 0.0
            return max(self._rng() * least, full_jitter(attempt, self._rng))
        except Lost as lost:
            self.ends[lost.code] += 1
            return self._wait_after(lost, attempt)
        except (OSError, TimeoutError) as error:
            logger.info("no connection: %r", error)
        finally:
            await self._leave(connection)
        return full_jitter(attempt, self._rng)

    def _wait_after(self, lost: Lost, attempt: int) -> float:
        then = after_close(lost.code)
        if then is AfterClose.STOP:
            raise Closed(lost.code, lost.reason)
        if then is AfterClose.AT_ONCE and attempt == 0:
            over = AT_ONCE_SECONDS if lost.retry_after is None else lost.retry_after
            return self._rng() * over
        return full_jitter(attempt, self._rng)

    async def _open(self) -> Connection:
        headers = dict(self._headers)
        if self._token is not None:
            headers["Authorization"] = f"Bearer {await self._token()}"
        self.welcome = {}
        return await Connection.open(self.url, self._position.got, self.rooms, headers)

    async def _leave(self, connection: Connection | None) -> None:
        self._connection = None
        self._is_open.clear()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Disconnected("the connection went before the answer came"))
        if connection is not None:
            await connection.close()

    def _finish(self, error: Exception) -> None:
        if self._end is None:
            self._end = error
            self._is_open.set()
            with suppress(asyncio.QueueFull):  # who then waits for a frame has one
                self._frames.put_nowait(None)

    # -- what comes --------------------------------------------------------------------------

    async def _read(self, connection: Connection) -> None:
        """Take what comes until the end, which is raised as Lost."""
        while True:
            data = await connection.receive()
            frame = Frame.of(data)
            match frame.type:
                case _ if frame.id is not None:
                    self._answer(frame)
                case "sync:response":
                    await self._take_page(frame)
                case "heartbeat":
                    await connection.send(encode("heartbeat", {}))
                    cursor = frame.payload["cursor"]
                    await self._take(Frame("heartbeat", frame.payload, cursor=cursor))
                case "auth:expiring" if self._token is not None:
                    self._renew(connection)
                case "connect":
                    await self._welcomed(connection, frame)
                case "bye":
                    pass  # the connection remembers it for its close
                case _:
                    await self._take(frame)

    async def _welcomed(self, connection: Connection, frame: Frame) -> None:
        self.welcome = frame.payload
        connection.expect_signs_every(frame.payload["heartbeatInterval"])
        cursor = self._position.got or frame.payload["cursor"]
        await self._take(Frame("connect", frame.payload, cursor=cursor, ts=frame.ts))
        self._connection = connection
        self._is_open.set()

    async def _take_page(self, page: Frame) -> None:
        """What was missed; where the server cannot say what that is, a frame ``reset``."""
        reset = page.payload["reset"]
        cursor = page.payload["cursor"]
        if reset is not None:
            self._position.begin_anew()
            await self._take(Frame("reset", {"reset": reset}, cursor=cursor, ts=page.ts))
        for data in page.payload["events"]:
            await self._take(Frame.of(data))
        await self._take(Frame("heartbeat", {}, cursor=cursor))

    async def _take(self, frame: Frame) -> None:
        is_new = self._position.take(frame)
        # That nothing more came is worth telling only to who waits.
        if is_new and (frame.type != "heartbeat" or self._frames.empty()):
            await self._frames.put(frame)

    def _answer(self, frame: Frame) -> None:
        answer = self._answers.get(frame.id or "")
        if answer is None or answer.done():
            return
        if frame.type == "error":
            code, message = frame.payload["code"], frame.payload["message"]
            answer.set_exception(CommandError(code, message, frame.payload.get("retryAfter")))
        else:
            answer.set_result(frame.payload)

    def _renew(self, connection: Connection) -> None:
        """Give a fresh token before the old one ends; without one the server closes with 4202."""

        async def renew() -> None:
            assert self._token is not None
            try:
                token = await self._token()
                await connection.send(encode("auth", {"token": token}))
            except (Lost, OSError) as error:
                logger.info("no fresh token: %r", error)

        task = asyncio.create_task(renew(), name="realtime client's token")
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

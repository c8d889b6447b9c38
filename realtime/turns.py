"""How many requests are worked on at once: the others wait, and each address has its turn.

Each request has a thread and a connection to the database. Four hundred of them at once answer
nobody, and hold up the event loop, in which the sockets live. Bodies are read before a request
waits for its turn, and answers are sent after it has given it back: who is slow holds up nobody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.addresses import place
from realtime.handshake import address

#: Requests at once. PostgreSQL's pool has 20 connections, of which the hub takes 4.
AT_ONCE = 16
#: Requests that wait, beyond which all are told to come again.
MOST_WAITING = 1_000
#: What waits on purpose, in no thread of its own, and what must be answered whatever else is so.
WITHOUT_TURN = {
    "/api/realtime/poll",
    "/api/realtime/stream",
    "/healthz",
    "/readyz",
    "/metrics",
}

TOO_BUSY = b'{"error":{"code":"unavailable","message":"Too many requests wait; try again."}}'

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Turns:
    """Who works and who waits; of those who wait, one of each address in turn."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._free, self._most_waiting = at_once, most_waiting
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._count = 0

    def take(self, whose: str) -> "asyncio.Future[None] | None":
        """A turn at once (None), or what is to be waited for; raises Full."""
        if self._free:
            self._free -= 1
            return None
        if self._count >= self._most_waiting:
            raise Full
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(whose, deque()).append(turn)
        self._count += 1
        return turn

    def give_back(self) -> None:
        """The next one's turn: that of the address that has waited longest since its last."""
        while self._waiting:
            whose, turns = next(iter(self._waiting.items()))
            del self._waiting[whose]
            turn = turns.popleft()
            self._count -= 1
            if turns:
                self._waiting[whose] = turns  # behind all others
            if not turn.done():  # else its client has gone
                turn.set_result(None)
                return
        self._free += 1


class Full(Exception):
    """Too many wait."""


class InTurn:
    """ASGI middleware around what works in threads."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._turns = Turns()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["path"].removesuffix("/") in WITHOUT_TURN:
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            return
        try:
            turn = self._turns.take(place(address(scope)))
        except Full:
            await _refuse(send)
            return
        if turn is not None and not await _comes(turn, receive):
            if turn.done():
                self._turns.give_back()
            turn.cancel()
            return
        work = _Work(self._turns, body, receive, send)
        try:
            await self._app(scope, work.receive, work.send)
        finally:
            work.end()


class _Work:
    """One request that has its turn."""

    def __init__(self, turns: Turns, body: bytes, receive: Receive, send: Send) -> None:
        self._turns, self._receive, self._send = turns, receive, send
        self._body: bytes | None = body
        self._has_turn = True

    async def receive(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        # An answer that begins is whole: to send it may take as long as its reader likes.
        self.end()
        await self._send(message)

    def end(self) -> None:
        """Give the turn back; may be called twice."""
        if self._has_turn:
            self._has_turn = False
            self._turns.give_back()


async def _whole(receive: Receive) -> bytes | None:
    """The body; None when the client goes before it is there. Its bounds are the server's."""
    body, is_more = bytearray(), True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return bytes(body)


async def _comes(turn: "asyncio.Future[None]", receive: Receive) -> bool:
    """Wait for a turn; False when the client goes before it."""
    gone = asyncio.ensure_future(receive())
    await asyncio.wait((turn, gone), return_when=asyncio.FIRST_COMPLETED)
    if gone.done():
        return False
    gone.cancel()
    return True


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(TOO_BUSY)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_BUSY})

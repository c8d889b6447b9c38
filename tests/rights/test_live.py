"""Sockets, polls and streams do what docs/rights.md says: every room and command, as everybody."""

import asyncio

import pytest
from django.test import AsyncClient

from realtime import frames
from realtime.commands import ENGINE
from realtime.database import in_database
from realtime.events import CATALOGUE
from realtime.registry import registry
from realtime.testing import Closed, Socket, running_hub
from realtime_site.asgi import application
from realtime_site.routing import SiteConsumer
from tests.rights.matrix import ROLES, Row, rows
from tests.rights.world import World

pytestmark = pytest.mark.django_db(transaction=True)
PATHS = ("/ws/", "/ws/posts/", "/ws/notifications/", "/ws/presence/")
#: How poll and stream say what a socket says of a room.
BY_HTTP = {"ack": 200, "forbidden": 403, "unknown_room": 403, "unauthenticated": 401, "4003": 403}


@pytest.fixture
async def world(transactional_db) -> World:
    """Of one test: all is committed, for sockets read it in threads of their own."""
    return await in_database(World)


class Seat:
    """Somebody who says one thing after the other at a socket; where it closes they come again."""

    def __init__(self, world: World, role: str, path: str = "/ws/") -> None:
        self._world, self._role, self._path = world, role, path
        self._token = world.token(role)
        self._socket: Socket | None = None
        self._cursor = "e-0"

    async def say(self, command: str) -> str:
        """What a cell of the table says of it."""
        try:
            if self._socket is None or command == "connect":
                answer = await self._connect("none" if command == "connect" else None)
                if command == "connect":
                    return str(answer)
            return await self._command(*self._world.fill(command, self._role).partition(" ")[::2])
        except Closed as closed:
            await self.leave()
            return str(closed.code)

    async def _connect(self, otherwise: str | None) -> str | None:
        """The type of the first frame; None for who sends no token. Raises Closed."""
        await self.leave()
        token = self._token or otherwise
        self._socket = Socket(application, self._path, token=token)
        await self._socket.connect()
        if token is None:
            return None
        welcome = await self._next()
        self._cursor = welcome["payload"]["cursor"]
        return str(welcome["type"])

    async def _command(self, kind: str, text: str) -> str:
        assert self._socket is not None
        if kind.startswith("user:") and self._token is not None:
            await self._socket.command("room:join", {"room": f"post:{text}"})
        answer = await self._socket.command(kind, self._payload(kind, text))
        if answer["type"] == "error" and kind == "auth":
            await self._next()  # which is the close
        if kind == "auth" and self._token is None:
            await self.leave()  # anonymous no more
        return str(answer["payload"]["code"] if answer["type"] == "error" else answer["type"])

    async def _next(self):
        """The next frame that says something: a close has its last words before it."""
        assert self._socket is not None
        while (frame := await self._socket.receive())["type"] == "bye":
            pass
        return frame

    def _payload(self, kind: str, text: str) -> dict[str, object]:
        match kind:
            case "auth":
                return {"token": self._world.guest_token if text else self._token or "none"}
            case "room:join" | "room:leave":
                return {"room": text}
            case "user:typing" | "user:stopped_typing":
                return {"postId": text}
            case "notification:read":
                return {"all": True} if text == "all" else {"notificationId": text}
            case "sync:request":
                return {"cursor": self._cursor}
        return {}

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        self._socket = None


async def differing(world: World, table: list[Row], prefix: str = "") -> dict[str, object]:
    """Of the rows those that are not true, with what is."""
    wrong = {}
    seats = {role: Seat(world, role) for role in ROLES}
    for row in table:
        for what in row.whats:
            found = {role: await seat.say(prefix + what) for role, seat in seats.items()}
            if found != row.cells:
                wrong[what] = {r: cell for r, cell in found.items() if cell != row.cells[r]}
    for seat in seats.values():
        await seat.leave()
    return wrong


async def test_a_room_is_joined_by_whom_the_table_says(world: World) -> None:
    async with running_hub():
        assert await differing(world, rows("room"), "room:join ") == {}


async def test_a_poll_or_stream_of_a_room_is_for_whom_the_table_says(world: World) -> None:
    wrong = []
    async with running_hub():
        for row in rows("room"):
            for room in row.whats:
                # One for each cell there is: who gets which the sockets have shown.
                for cell, role in {cell: role for role, cell in row.cells.items()}.items():
                    for path in ("/api/realtime/poll", "/api/realtime/stream"):
                        status = await asked(world, role, path, rooms=world.fill(room, role))
                        if status != BY_HTTP[cell]:
                            wrong.append((path, room, role, status))
        for role, cell in stream_row().cells.items():
            status = await asked(world, role, "/api/realtime/stream")
            if status != (403 if cell == "out" else int(cell)):
                wrong.append(("/api/realtime/stream", role, status))
    assert wrong == []


def stream_row() -> Row:
    (row,) = [row for row in rows("request") if "GET /api/realtime/stream" in row.whats]
    return row


async def asked(world: World, role: str, path: str, **query: str) -> int:
    """The status of an answer, which is not waited for to its end."""
    response = await AsyncClient().get(path, query, headers=world.apis[role].headers)
    await asyncio.to_thread(response.close)
    return response.status_code


async def test_a_command_is_answered_as_the_table_says(world: World) -> None:
    async with running_hub():
        assert await differing(world, rows("command")) == {}


async def test_a_socket_carries_what_the_table_says(world: World) -> None:
    wrong = {}
    async with running_hub():
        seats = {path: Seat(world, "follower", path) for path in PATHS}
        for row in rows("carried", PATHS):
            for what in row.whats:
                found = {path: await seat.say(what) for path, seat in seats.items()}
                if found != row.cells:
                    wrong[what] = found
        for seat in seats.values():
            await seat.leave()
    assert wrong == {}


def test_every_kind_of_room_is_in_the_tables() -> None:
    joined = {what.partition(":")[0] for row in rows("room") for what in row.whats}
    assert joined - {"nowhere"} == set(registry.rooms)


def test_every_command_is_in_the_tables() -> None:
    said = {what.split(" ")[0] for row in rows("command") for what in row.whats}
    by_rooms = {"room:join"}
    assert said | by_rooms >= {"auth", "heartbeat", *ENGINE, *SiteConsumer.commands}
    assert said - {"connect", "auth", "heartbeat", *ENGINE, *SiteConsumer.commands} <= {
        *CATALOGUE,
        *frames.CONTROL,
    }

"""An app of the engine's own tests: readers named by their token, rooms, and one event.

It stands in for accounts and posts, of which the engine must not know.
"""

import time
from typing import ClassVar

import pytest

from realtime import registry as registry_module
from realtime.consumers import RealtimeConsumer
from realtime.database import in_database
from realtime.errors import Expired, Forbidden, RealtimeError, Unauthenticated
from realtime.events import CATALOGUE, Audience, Event, Wire
from realtime.identity import Identity
from realtime.publish import change_rights, publish
from realtime.registry import Registry
from realtime.rooms import RoomKind
from realtime.testing import Socket, running_hub
from realtime.transactions import atomic

#: With commits, which alone deliver. Only the engine's tables are emptied after a test.
ON_DATABASE = pytest.mark.django_db(transaction=True, available_apps=["realtime"])


class Reader(Wire, frozen=True, kw_only=True):
    id: str


class Said(Event, frozen=True, kw_only=True):
    """Somebody said something."""

    type: ClassVar[str] = "test:said"
    text: str


CATALOGUE.pop(Said.type)  # known here alone


class World:
    """What is true, as the engine asks for it; tests change it together with an effect."""

    def __init__(self):
        self.rooms = {}
        self.parted = {}
        self.hidden = set()
        self.grounds = {}
        self.unread = {}
        self.ended = set()

    def by_token(self, token):
        user_id, _, seconds = token.partition("/")
        if token.startswith("bad"):
            raise Unauthenticated("no such token")
        if token.startswith("old"):
            raise Expired("the token has expired")
        return Identity(
            user_id=user_id,
            user=Reader(id=user_id),
            login=f"login-of-{user_id}",
            expires_at=time.time() + float(seconds or 3600),
        )

    def by_tokens(self, tokens):
        return {token: attempt(self.by_token, token) for token in tokens}

    def check_post(self, identity, key):
        if key == "secret":
            raise Forbidden("room 'post:secret' is not yours")
        return self.grounds.get(key)

    def registry(self):
        made = Registry()
        made.rooms = {
            "public": RoomKind(
                "public",
                check=lambda identity, key: None,
                keyed=False,
                at_connect=lambda users: {user: ["public"] for user in users},
            ),
            "following": RoomKind(
                "following",
                check=self.check_post,
                at_connect=lambda users: {user: self.rooms.get(user, ()) for user in users},
            ),
            "post": RoomKind("post", check=self.check_post, clean=str.lower),
        }
        made.subjects = {"post": lambda user, ids: {one for one in ids if one not in self.hidden}}
        made.by_tokens = made.by_sessions = self.by_tokens
        made.parted = lambda users: {user: self.parted.get(user, set()) for user in users}
        made.unread = lambda users: {user: self.unread.get(user, 0) for user in users}
        return made


def attempt(function, argument):
    """What it returns, or the error that it raises."""
    try:
        return function(argument)
    except RealtimeError as error:
        return error


@pytest.fixture
def world(monkeypatch):
    world = World()
    made = world.registry()
    for name in made.__dataclass_fields__:
        monkeypatch.setattr(registry_module.registry, name, getattr(made, name))
    return world


@pytest.fixture
async def hub(transactional_db, world):
    async with running_hub() as hub:
        yield hub


@pytest.fixture
async def open_socket(hub):
    """Opens authenticated sockets: ``socket, welcome = await open_socket("ann")``."""
    sockets = []

    async def open_one(token="ann", query=""):
        socket = Socket(RealtimeConsumer.as_asgi(), f"/ws/{query}", token=token)
        await socket.connect()
        sockets.append(socket)
        return socket, await socket.receive()

    yield open_one
    for socket in sockets:
        await socket.close()


def say(*texts, rooms=("public",), effects=(), **audience):
    """Publish one event a text, in one transaction."""
    with atomic():
        for text in texts:
            publish(Said(text=text), Audience(rooms=rooms, **audience), effects=effects)


async def said(*texts, **audience):
    """The same from the event loop."""
    await in_database(say, *texts, **audience)


async def changed(*effects):
    """Change rights, from the event loop."""
    await in_database(change_rights, *effects)


async def texts(socket, count):
    """The texts of the next ``count`` events of a socket."""
    return [(await socket.expect("test:said"))["payload"]["text"] for _ in range(count)]

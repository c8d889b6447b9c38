"""Typing in the event loop: takes the commands, tells the room, and notices every end.

Life of a typing:  command → **desk** → hub → consumer → browser
One per hub. What is said of whom is decided in ``typing.py``.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from django.db import DatabaseError

from presence.choice import store
from presence.events import UserStoppedTyping, UserTyping
from presence.store import StoreUnavailable
from presence.typing import PACE, Key, Typing
from realtime.connection import Connection
from realtime.envelope import Envelope
from realtime.events import Audience
from realtime.hub import Hub

#: Seconds between two looks while somebody is typing.
TICK = 0.25
#: The one thing to be known of another app: the event that says that a comment was posted.
POSTED = "comment:added"


class Desk:
    """Who is typing at the sockets of this process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._typing = Typing()
        self._timer: asyncio.TimerHandle | None = None
        self._claims: set[asyncio.Task[None]] = set()

    @classmethod
    def of(cls, hub: Hub) -> "Desk":
        """The desk of this hub."""
        desk = _desks.get(hub)
        if desk is None:
            desk = _desks[hub] = cls(hub)
        return desk

    def typed(self, connection: Connection, post: str) -> None:
        """The reader is writing a comment; they are in the post's room."""
        key = Key(connection.user_id, post)
        if self._typing.typed(key, connection, time.monotonic()):
            self._claim(key)
        self._wind()

    def stopped(self, user: str, post: str) -> None:
        """The user gave it up."""
        if self._typing.stopped(Key(user, post)):
            self._say_ended(Key(user, post))

    def heard(self, event: Envelope) -> None:
        """The hub has handed out an event: who has posted has stopped typing."""
        if event.type != POSTED or self._typing.is_empty:
            return
        posted = _decode(event.payload)
        self.stopped(posted.comment.author.id, posted.post_id)

    def close(self) -> None:
        """Nobody is here any more: tell it now, for there will be no next look."""
        self._look()

    # -- telling ---------------------------------------------------------------------------

    def _claim(self, key: Key) -> None:
        task = asyncio.create_task(self._claim_and_say(key))
        self._claims.add(task)
        task.add_done_callback(self._claims.discard)

    async def _claim_and_say(self, key: Key) -> None:
        """Tell it, unless a tab of the same user at another process has just told it."""
        try:
            # A little less than the pace: their clock is not ours.
            mine = await store().claim(":".join(("typing", *key)), int(1000 * PACE) - 50)
        except StoreUnavailable:
            mine = True
        # A block that was answered before they typed must have reached us.
        with suppress(DatabaseError):
            await self._hub.settle()
        if mine and self._typing.is_shown(key):  # they may have stopped while we asked
            self._say(UserTyping(user_id=key.user, post_id=key.post))

    def _say_ended(self, key: Key) -> None:
        self._say(UserStoppedTyping(user_id=key.user, post_id=key.post))

    def _say(self, event: UserTyping | UserStoppedTyping) -> None:
        to = Audience(rooms=(f"post:{event.post_id}",), people=(event.user_id,))
        self._hub.whisper(event, to, not_to=(event.user_id,))

    # -- time ------------------------------------------------------------------------------

    def _wind(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._look()
        typing, ended = self._typing.due(time.monotonic())
        for key in typing:
            self._claim(key)
        for key in ended:
            self._say_ended(key)
        if not self._typing.is_empty:
            self._wind()

    def _look(self) -> None:
        """Tell of those who left in the midst of it."""
        for key, tab in self._typing.tabs():
            assert isinstance(tab, Connection)
            # However it left: by command, because the post is gone, or with its socket.
            has_left = tab.closed or f"post:{key.post}" not in tab.rooms
            if has_left and self._typing.gone(key, tab):
                self._say_ended(key)


class _Author(msgspec.Struct):
    id: str


class _Comment(msgspec.Struct):
    author: _Author


class _Posted(msgspec.Struct, rename="camel"):
    comment: _Comment
    post_id: str


def _decode(payload: Any) -> _Posted:
    return msgspec.json.decode(payload, type=_Posted)


_desks: "WeakKeyDictionary[Hub, Desk]" = WeakKeyDictionary()

"""A channel layer within this process that loses, repeats or holds back what it is given.

Life of an event:  save → signal → event → log → **bus** → hub → consumer → browser
The real bus goes through it, so messages are as they would cross to another process.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from channels.layers import BaseChannelLayer

Message = dict[str, Any]


class FaultyLayer(BaseChannelLayer):  # type: ignore[misc]  # Channels ships no types
    """Reliable until a switch is on. May be sent to from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._loops: dict[str, asyncio.AbstractEventLoop] = {}
        self._queues: dict[str, asyncio.Queue[Message]] = {}
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        #: How often each message arrives: 0 while it loses them.
        self._copies = 1
        self._held: list[tuple[str, Message]] | None = None

    @contextmanager
    def losing(self) -> Iterator[None]:
        """What is sent inside does not arrive."""
        yield from self._with_copies(0)

    @contextmanager
    def repeating(self) -> Iterator[None]:
        """What is sent inside arrives twice."""
        yield from self._with_copies(2)

    @contextmanager
    def delaying(self) -> Iterator[None]:
        """What is sent inside arrives at the end, the newest first."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for group, message in reversed(held):
                self._deliver(group, message)

    def _with_copies(self, copies: int) -> Iterator[None]:
        before, self._copies = self._copies, copies
        try:
            yield
        finally:
            self._copies = before

    # -- what Channels asks of a layer -------------------------------------------------------

    async def new_channel(self, prefix: str = "specific") -> str:
        """A channel that this event loop receives from."""
        name = f"{prefix}.{uuid.uuid4().hex}"
        self._loops[name], self._queues[name] = asyncio.get_running_loop(), asyncio.Queue()
        return name

    async def receive(self, channel: str) -> Message:
        """The channel's next message."""
        return await self._queues[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        """Let the channel get what the group is sent."""
        self._groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Do so no more, and forget the channel."""
        self._groups[group].discard(channel)
        self._loops.pop(channel, None)
        self._queues.pop(channel, None)

    async def group_send(self, group: str, message: Message) -> None:
        """Send to all channels of a group, as the switches say."""
        if self._held is not None:
            self._held.append((group, message))
        else:
            self._deliver(group, message)

    def _deliver(self, group: str, message: Message) -> None:
        for channel in list(self._groups[group]):
            for _ in range(self._copies):
                self._loops[channel].call_soon_threadsafe(self._put, channel, dict(message))

    def _put(self, channel: str, message: Message) -> None:
        if channel in self._queues:
            self._queues[channel].put_nowait(message)

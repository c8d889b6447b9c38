"""Stores on a clock that tests set: one in memory, one in a real Redis."""

import uuid

import pytest

from presence.ledger import MemoryStore
from presence.node import Node


class Clock:
    """Milliseconds that pass when a test says so."""

    def __init__(self):
        self.now = 1_800_000_000_000

    def __call__(self):
        return self.now

    def pass_seconds(self, seconds):
        self.now += round(seconds * 1000)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "redis"])
async def store(request, clock):
    """Each kind of store in turn, empty."""
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    from presence.redis_store import RedisStore

    server = request.getfixturevalue("redis_server")
    made = RedisStore(server.url, prefix=f"{{{uuid.uuid4()}}}", clock=clock)
    yield made
    await made.close()


class Process:
    """A server process as the store sees it, beating when the test says so."""

    def __init__(self, store):
        self.node = Node(store)

    async def beat(self):
        """What is told at this beat: +user for who comes, -user for who goes."""
        return [name for _version, name in await self.beat_with_versions()]

    async def beat_with_versions(self):
        """The same, each with its telling's version."""
        await self.node.beat()
        told, self.node.told = self.node.told, []
        names = []
        for one in told:
            names += [(one.version, f"-{user}") for user, _seen in one.offline]
            names += [(one.version, f"+{user}") for user in one.online]
        return names

    @property
    def online(self):
        return set(self.node.mirror.online)


@pytest.fixture
async def processes(store):
    """Three processes that have begun."""
    made = [Process(store) for _ in range(3)]
    for process in made:
        await process.beat()
    return made

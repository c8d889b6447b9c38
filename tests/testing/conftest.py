"""People who read, and an event, for the kit's own tests."""

import pytest

from accounts.logins import open_login
from posts.actions import create_post
from realtime.testing import Server
from tests.api import person


@pytest.fixture
async def server(transactional_db):
    """A server of the site, with commits."""
    async with Server() as server:
        yield server


@pytest.fixture
async def aiko(server):
    """A client of Aiko's, and who she is in ``.user``."""
    user = await server.do(person, "aiko")
    client = await server.client(user)
    client.user = user
    return client


@pytest.fixture
async def ben(server):
    """Somebody who writes: ``await ben("Good morning")``; ``elsewhere`` for another process."""
    user = await server.do(person, "ben")

    async def write(*bodies, elsewhere=False):
        do = server.do_elsewhere if elsewhere else server.do
        for body in bodies:
            await do(create_post, user, body)

    write.user = user
    return write


async def bodies(client, count):
    """The texts of the next posts that a client is told of."""
    frames = [await client.expects("post:created") for _ in range(count)]
    return [frame["payload"]["post"]["body"] for frame in frames]


def token_of(user):
    """An access token of a new login."""
    return open_login(user).access

"""People at sockets of the site in this process, and what each of them is sent.

The real consumers and the real hub, without a network; as other processes see the site there is
``tests/clients.py``.
"""

import json

import pytest
from django.test import AsyncRequestFactory

from accounts.logins import open_login
from posts.actions import create_post
from realtime.database import in_database
from realtime.testing import Socket, running_hub
from realtime.views import poll
from realtime_site.asgi import application


@pytest.fixture
async def sit(transactional_db):
    """Opens sockets: ``socket = await sit(user)``; ``welcome`` is its first frame's payload."""
    sockets = []

    async def open_one(user, query="", path="/ws/", token=None):
        token = token or (await in_database(open_login, user)).access
        socket = Socket(application, f"{path}{query}", token=token)
        await socket.connect()
        sockets.append(socket)
        socket.welcome = (await socket.receive())["payload"]
        return socket

    async with running_hub():
        yield open_one
        for socket in sockets:
            await socket.close()


async def join(socket, *rooms):
    """Joins rooms by command."""
    for room in rooms:
        answer = await socket.command("room:join", {"room": room})
        assert answer["type"] == "ack", answer


async def frames_until(socket, writer, mark="the end"):
    """All frames up to a public post that ``writer`` makes now; none of the writer's posts."""
    await in_database(create_post, writer, mark)
    frames = []
    while True:
        frame = await socket.receive()
        if frame["type"] != "post:created" or frame["payload"]["author"]["id"] != str(writer.pk):
            frames.append(frame)
        elif frame["payload"]["post"]["body"] == mark:
            return [frame for frame in frames if frame["type"] != "heartbeat"]


async def events_until(socket, writer, mark="the end"):
    """The durable ones of these as (type, payload), notifications left out."""
    frames = await frames_until(socket, writer, mark)
    return [(frame["type"], frame["payload"]) for frame in news(frames)]


def news(frames):
    """Those of the frames that are durable and no notifications."""
    return [one for one in frames if "seq" in one and not one["type"].startswith("notification:")]


async def replayed(user, cursor, rooms=()):
    """The frames that a poll gives the user after the cursor, all of them."""
    token = (await in_database(open_login, user)).access
    headers, found = {"Authorization": f"Bearer {token}"}, []
    while True:
        query = {"lastEventId": cursor, "rooms": ",".join(rooms), "limit": 500}
        request = AsyncRequestFactory().get("/api/realtime/poll", query, headers=headers)
        answer = json.loads((await poll(request)).content)
        assert answer["reset"] is None, answer
        found += answer["events"]
        cursor = answer["cursor"]
        if not answer["hasMore"]:
            return found

"""python-socketio on uvicorn with its Redis manager; a reader's rooms are in its query."""

# mypy: ignore-errors
# It runs in the peers' own environment, and looks like what their documentation shows.

import os
from urllib.parse import parse_qs

import socketio

manager = socketio.AsyncRedisManager(f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0")
sio = socketio.AsyncServer(
    async_mode="asgi", client_manager=manager, transports=["websocket"], http_compression=False
)
app = socketio.ASGIApp(sio)


@sio.event
async def connect(sid, environ, auth):
    """Join what the query names."""
    for room in parse_qs(environ["QUERY_STRING"])["rooms"][0].split(","):
        await sio.enter_room(sid, room)

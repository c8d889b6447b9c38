"""A server that does what a test says, one connection after the other: as real ones seldom do."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve

#: Seconds for a test.
PATIENCE = 10


class Line:
    """A connection as the script sees it."""

    def __init__(self, socket):
        self.socket = socket
        query = parse_qs(urlsplit(socket.request.path).query)
        self.query = {name: values[0] for name, values in query.items()}
        self.token = socket.request.headers.get("Authorization", "").removeprefix("Bearer ")

    async def say(self, kind, payload=None, **members):
        await self.socket.send(json.dumps({"type": kind, "payload": payload or {}, **members}))

    async def welcome(self, cursor="log-0", interval=25):
        payload = {"connectionId": "1", "cursor": cursor, "heartbeatInterval": interval}
        await self.say("connect", payload)

    async def event(self, seq, text=""):
        await self.say("said", {"text": text}, seq=str(seq), cursor=f"log-{seq}", rooms=["all"])

    async def bye(self, code, retry_after=None):
        await self.say("bye", {"code": code, "reason": "", "retryAfter": retry_after})
        await self.socket.close(code)

    async def heard(self):
        return json.loads(await self.socket.recv())


@asynccontextmanager
async def scripted(*scripts):
    """Its URL, and the lines that came; each connection is done by the next script, then closed.

    A test that waits at it for longer than PATIENCE has failed.
    """
    lines, waiting = [], list(scripts)

    async def serve_one(socket):
        line = Line(socket)
        lines.append(line)
        await waiting.pop(0)(line)

    async with asyncio.timeout(PATIENCE), serve(serve_one, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ws/", lines

"""Clients as other people write them, by the protocol alone: REST by HTTP, and a real socket."""

import asyncio
import itertools
import json
import secrets
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

from websockets.asyncio.client import ClientConnection, connect

PASSWORD = "a-long-way-to-kyoto"
Json = dict[str, Any]


class Api:
    """Somebody at the REST API."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token
        self.user: Json = {}

    @classmethod
    async def register(cls, url: str, name: str = "user") -> "Api":
        """A new user, logged in."""
        api = cls(url)
        form = {"username": f"{name}-{secrets.token_hex(4)}", "password": PASSWORD}
        answer = await api.post("/api/auth/register", form)
        api.token, api.user = answer["access"], answer["user"]
        return api

    @property
    def bearer(self) -> Json:
        """The header that says who it is."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def id(self) -> str:
        return str(self.user["id"])

    async def call(
        self, method: str, path: str, body: Any = None, headers: Json | None = None
    ) -> tuple[int, Any]:
        """Status and decoded body of an answer."""
        return await asyncio.to_thread(self._call, method, path, body, headers or {})

    async def get(self, path: str, **query: Any) -> Any:
        return await self._good("GET", f"{path}?{urlencode(query)}" if query else path)

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return await self._good("POST", path, body, headers)

    async def _good(
        self, method: str, path: str, body: Any = None, headers: Json | None = None
    ) -> Any:
        status, answer = await self.call(method, path, body, headers)
        assert status < 300, (method, path, status, answer)
        return answer

    def _call(self, method: str, path: str, body: Any, headers: Json) -> tuple[int, Any]:
        data = None if body is None else body if isinstance(body, bytes) else _encode(body)
        request = urllib.request.Request(
            self.url + quote(path, safe="/?&=%,:@"), method=method, data=data
        )
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name, value)
        if self.token:
            request.add_header("Authorization", self.bearer["Authorization"])
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _decode(error.read())


class Live:
    """Somebody at a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: Json = {}
        self._ids = itertools.count(1)
        self._kept: list[Json] = []

    @classmethod
    async def open(cls, url: str, token: str, path: str = "/ws/") -> "Live":
        """Connect with a bearer token and read the first frame."""
        headers = {"Authorization": f"Bearer {token}"}
        live = cls(await connect(url + path, additional_headers=headers, max_size=None))
        live.welcome = await live.next()
        assert live.welcome["type"] == "connect", live.welcome
        return live

    @classmethod
    async def connect(cls, url: str, path: str = "/ws/") -> "Live":
        """Connect without saying who it is."""
        return cls(await connect(url + path, max_size=None))

    @property
    def cursor(self) -> str:
        return str(self.welcome["payload"]["cursor"])

    async def next(self, seconds: float = 10) -> Json:
        """The next frame; heartbeats are answered and passed over."""
        if self._kept:
            return self._kept.pop(0)
        while True:
            frame: Json = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
            if frame["type"] != "heartbeat" or "id" in frame:
                return frame
            await self.send("heartbeat")

    async def event(self, kind: str | None = None, seconds: float = 10) -> Json:
        """The next durable frame, of this type where one is named."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.next(seconds)
                if "seq" in frame and kind in (None, frame["type"]):
                    return frame

    async def send(self, kind: str, payload: Json | None = None, **members: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, "payload": payload or {}, **members}))

    async def command(self, kind: str, payload: Json | None = None) -> Json:
        """Send a frame with an id, and return its answer."""
        wanted = str(next(self._ids))
        await self.send(kind, payload, id=wanted)
        passed = []
        while (frame := await self.next()).get("id") != wanted:
            passed.append(frame)
        self._kept = passed + self._kept
        return frame

    async def close(self) -> None:
        await self.socket.close()


def _encode(body: Any) -> bytes:
    return json.dumps(body).encode()


def _decode(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data

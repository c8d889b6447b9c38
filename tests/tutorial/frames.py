"""A conversation over a socket as a document writes it, held with a server.

``> {…}`` is sent, ``< {…}`` must come next; ``"…"`` stands for anything, ``CURSOR`` for the newest
cursor of a frame that has it in that place. ``open PATH`` connects, ``drop`` cuts the connection,
``save NAME CELSIUS`` changes a city meanwhile.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


class Conversation:
    """One reader, who does what the lines say."""

    def __init__(self, url: str, headers: dict[str, str], save: Callable[[str, str], None]) -> None:
        self._url, self._headers, self._save = url, headers, save
        self._socket: ClientConnection | None = None
        self._cursor = ""

    async def hold(self, text: str) -> None:
        """Say and hear what the lines say; AssertionError where the server says something else."""
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            match word:
                case "open":
                    url = self._url + rest.replace("CURSOR", self._cursor)
                    self._socket = await connect(url, additional_headers=self._headers)
                case "drop":
                    self._opened().transport.abort()
                case "save":
                    await asyncio.to_thread(self._save, *rest.split())
                case ">":
                    await self._opened().send(rest)
                case "<":
                    await self._hear(json.loads(rest))
                case _:
                    raise AssertionError(f"no line of a conversation: {line}")

    async def close(self) -> None:
        await self._opened().close()

    def _opened(self) -> ClientConnection:
        assert self._socket is not None
        return self._socket

    async def _hear(self, wanted: Any) -> None:
        async with asyncio.timeout(10):
            frame = json.loads(await self._opened().recv())
        assert self._matches(wanted, frame), f"\nwanted {wanted}\nheard  {frame}"

    def _matches(self, wanted: Any, heard: Any) -> bool:
        if wanted == "CURSOR":
            self._cursor = heard
        if wanted in ("…", "CURSOR"):
            return heard is not None
        if isinstance(wanted, dict) and isinstance(heard, dict):
            return wanted.keys() == heard.keys() and all(
                self._matches(wanted[name], heard[name]) for name in wanted
            )
        if isinstance(wanted, list) and isinstance(heard, list):
            return len(wanted) == len(heard) and all(map(self._matches, wanted, heard))
        return bool(wanted == heard)

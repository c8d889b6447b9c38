"""HTTP as it is on the wire, small and asynchronous: a request with its answer, and a stream.

A connection a request, so that a fault hits one and not its neighbours.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any


class Unanswered(Exception):
    """No whole answer came: whether the request was carried out nobody knows."""


async def call(
    port: int,
    method: str,
    path: str,
    token: str,
    body: Any = None,
    *,
    seconds: float = 5,
    **headers: str,
) -> tuple[int, Any]:
    """Status and decoded body; raises Unanswered."""
    data = b"" if body is None else json.dumps(body).encode()
    try:
        async with (
            asyncio.timeout(seconds),
            _request(port, method, path, token, data, headers) as (reader, _writer),
        ):
            status, names = await _head(reader)
            length = int(names.get("content-length", "0"))
            text = await reader.readexactly(length)
    except (OSError, EOFError, ValueError, TimeoutError) as error:
        raise Unanswered(f"{method} {path}: {error!r}") from None
    try:
        return status, json.loads(text) if text else None
    except ValueError:
        return status, text[:500]


@asynccontextmanager
async def stream(
    port: int, path: str, token: str, **headers: str
) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
    """Status and the pieces of a body that does not end; raises Unanswered."""
    try:
        async with _request(port, "GET", path, token, b"", headers) as (reader, _writer):
            status, _names = await _head(reader)
            yield status, _chunks(reader)
    except (OSError, EOFError, ValueError) as error:
        raise Unanswered(f"GET {path}: {error!r}") from None


@asynccontextmanager
async def _request(
    port: int, method: str, path: str, token: str, data: bytes, headers: dict[str, str]
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4_000_000)
    try:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
        lines += [f"Authorization: Bearer {token}", f"Content-Length: {len(data)}"]
        lines += ["Content-Type: application/json"] if data else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + data)
        await writer.drain()
        yield reader, writer
    finally:
        with suppress(Exception):
            writer.transport.abort()


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    names = (line.partition(": ")[::2] for line in lines if line)
    return int(first.split()[1]), {name.lower(): value for name, value in names}


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]

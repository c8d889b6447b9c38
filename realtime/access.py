"""One line for each request, and for each socket's begin and end: who, what, how it went, how long.

Nothing here is called for an event, nor for a frame. The path is told without its query string.
"""

import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from realtime import logs, metrics
from realtime.handshake import address, header

logger = logging.getLogger("realtime.access")

HEADER = b"x-request-id"
#: The key of an ASGI scope under which the request's id is.
SCOPE_KEY = "request_id"
#: What a proxy may call a request.
_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)
#: Asked every few seconds by machines: told at the level DEBUG.
_QUIET = ("/healthz", "/readyz", "/metrics")
#: Answers that wait on purpose: how long they take says nothing.
_WAITING = "/api/realtime/"
#: What is told of a client that went away before it had an answer, as nginx says it.
CLIENT_WENT = 499


class RequestIds:
    """ASGI middleware, outside all others: gives each request its id, and tells how it went."""

    def __init__(self, app: ProxyHeadersMiddleware) -> None:
        self._app: Any = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[SCOPE_KEY] = request = self._id(scope)
        logs.begin(request=request)
        if scope["type"] == "websocket":
            # Not wrapped: what an open socket keeps must be small. See ``headers`` and ``opened``.
            await self._app(scope, receive, send)
            return
        answer, begun = _Answer(send, request), time.perf_counter()
        try:
            await self._app(scope, receive, answer)
        except Exception:
            answer.status = answer.status or 500
            raise
        finally:
            _tell(scope, answer.status or CLIENT_WENT, time.perf_counter() - begun)

    def _id(self, scope: Mapping[str, Any]) -> str:
        """The proxy's word for it, where the proxy is trusted and the word is one; else our own."""
        given = header(scope["headers"], HEADER)
        if given and _ID.fullmatch(given) and address(scope) in self._app.trusted_hosts:
            return given
        return secrets.token_hex(8)


class _Answer:
    """The way to the client, which adds the id and remembers the status."""

    def __init__(self, send: Any, request: str) -> None:
        self.status = 0
        self._send, self._request = send, request

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = [*message.get("headers", ()), (HEADER, self._request.encode())]
            message = message | {"headers": named}
        await self._send(message)


def headers(scope: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """What an answer to a handshake says of it."""
    request = scope.get(SCOPE_KEY)
    return [(HEADER, request.encode())] if request else []


def refused(scope: Mapping[str, Any], status: int) -> None:
    """A handshake was answered by HTTP instead of a socket."""
    path = scope.get("path", "")
    about = {"transport": "websocket", "path": path, "status": status, "client": address(scope)}
    logger.info("socket refused: %s %s", status, path, extra=about)


def opened(transport: str, scope: Mapping[str, Any]) -> None:
    """A socket or stream is open, and it is known whose it is."""
    path = scope.get("path", "")
    about = {"transport": transport, "path": path, "client": address(scope)}
    logger.info("%s opened: %s", transport, path, extra=about)


def closed(scope: Mapping[str, Any], *, code: int, seconds: float, frames: int) -> None:
    """An accepted socket is gone; ``frames`` are those that its client sent."""
    path = scope.get("path", "")
    about = {
        "transport": "websocket",
        "path": path,
        "client": address(scope),
        "code": code,
        "seconds": round(seconds, 3),
        "frames": frames,
    }
    text = "websocket closed: %s %s after %.1f s"
    logger.info(text, path, code, seconds, extra=about)


def _tell(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    method, path = scope["method"], scope["path"]
    level = logging.DEBUG if path.rstrip("/") in _QUIET else logging.INFO
    about = {
        "method": method,
        "path": path,
        "status": status,
        "seconds": round(seconds, 4),
        "client": address(scope),
    }
    text = "%s %s %s in %.0f ms"
    if not path.startswith(_WAITING):
        metrics.answered(status, seconds)
    logger.log(level, text, method, path, status, seconds * 1000, extra=about)

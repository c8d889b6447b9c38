"""What a poll or a stream asks for, and who asks: shared by ``views.py`` and ``sse.py``.

In the event loop; the identity is read beside it.
"""

from math import ceil
from typing import Any

import msgspec
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from realtime import handshake, logs
from realtime.addresses import place
from realtime.admission import Pass
from realtime.conf import Transport, conf
from realtime.errors import (
    Forbidden,
    InvalidFrame,
    RateLimited,
    RealtimeError,
    Suspended,
    TooManyRooms,
    Unauthenticated,
    UnknownRoom,
)
from realtime.hub import Hub
from realtime.identity import Identity

#: Seconds after which one who was refused may try again.
RETRY_SECONDS = 5


def rooms(request: HttpRequest) -> list[str]:
    """``?rooms=``, comma-separated."""
    return [room for room in request.GET.get("rooms", "").split(",") if room]


def number(request: HttpRequest, name: str, least: int, most: int, default: int) -> int:
    """A whole number; raises InvalidFrame for one that is out of its range."""
    text = request.GET.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdecimal() and len(text) <= 9
    if not is_number or not least <= int(text) <= most:
        raise InvalidFrame(f"{name}: {text[:64]!r} is no number from {least} to {most}")
    return int(text)


async def identify(request: HttpRequest, hub: Hub) -> tuple[Identity, int]:
    """Who asks, and the hub's position from before that was read; raises Unauthenticated.

    A process that drains takes nobody new: a balancer asks the next one at this answer.
    """
    if hub.draining:
        raise RealtimeError("this server is about to stop; try again")
    await hub.settle()
    seen = hub.position
    headers = [(key.lower().encode(), value.encode()) for key, value in request.headers.items()]
    token, session = handshake.credentials(headers)
    if token is not None:
        identity = await hub.identities.of_token(token)
    elif session is not None:
        identity = await hub.identities.of_session(session)
    else:
        raise Unauthenticated("this needs an access token or a session")
    logs.note(user=identity.user_id)
    return identity, seen


def admit(hub: Hub, request: HttpRequest, user_id: str) -> Pass:
    """Count one more that is held open; raises RateLimited when there are too many."""
    limits, entered = conf(), Pass(hub.admission)
    address = place(request.META.get("REMOTE_ADDR") or "")
    is_admitted = (
        entered.enter("process", "", limit=limits.max_connections)
        and entered.enter("address", address, limit=limits.max_connections_per_ip)
        and entered.enter("user", user_id, limit=limits.max_connections_per_user)
    )
    if not is_admitted:
        entered.hand_back()
        raise RateLimited("too many connections are open", retry_after=RETRY_SECONDS)
    return entered


def json_response(status: int, body: Any) -> HttpResponse:
    """An answer that no cache may keep."""
    response = HttpResponse(
        msgspec.json.encode(body), status=status, content_type="application/json"
    )
    response["Cache-Control"] = "no-store"
    return response


def error_response(error: RealtimeError | OperationalError) -> HttpResponse:
    """The error in REST's words."""
    if isinstance(error, OperationalError):
        error = RealtimeError("The database is busy; try again.")
    status, code = _status(error)
    response = json_response(status, {"error": {"code": code, "message": error.message}})
    if status in (429, 503):
        response["Retry-After"] = str(max(1, ceil(getattr(error, "retry_after", 1))))
    return response


def refusal(request: HttpRequest, transport: Transport) -> HttpResponse | None:
    """The answer where the transport is not served, or by another method; None where it is."""
    if transport not in conf().transports:
        message = f"{transport} is not served here"
        return json_response(404, {"error": {"code": "not_found", "message": message}})
    return only_reads(request)


def only_reads(request: HttpRequest) -> HttpResponse | None:
    """The answer to another method than GET; None for that."""
    if request.method in ("GET", "HEAD"):
        return None
    message = f"{request.method} is not possible here"
    response = json_response(405, {"error": {"code": "method_not_allowed", "message": message}})
    response["Allow"] = "GET, HEAD"
    return response


def _status(error: RealtimeError) -> tuple[int, str]:
    match error:
        case InvalidFrame() | TooManyRooms():
            return 400, "invalid"
        case Unauthenticated():
            return 401, "unauthenticated"
        case Suspended():
            return 403, "suspended"
        case Forbidden() | UnknownRoom():
            return 403, "forbidden"
        case RateLimited():
            return 429, "rate_limited"
        case _:
            return 503, "unavailable"

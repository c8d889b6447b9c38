"""Whether this process is alive, whether it can serve, what it counts: for those who watch it.

In the event loop. Each question has a time limit, so that the answer comes while it is wanted.
"""

import asyncio
from collections.abc import Awaitable
from ipaddress import ip_address

from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST

from realtime import bus, log
from realtime.conf import site
from realtime.database import in_database
from realtime.errors import Unauthenticated
from realtime.hub import Hub
from realtime.metrics import exposition
from realtime.requests import error_response, json_response, only_reads

#: Seconds for each question.
PATIENCE_SECONDS = 2.0
#: Log positions by which a hub that is well may be behind.
MAX_LAG = 1_000


@csrf_exempt  # it writes nothing, and another method than GET is to be told so
async def healthz(request: HttpRequest) -> HttpResponse:
    """``GET /healthz``: the process answers."""
    return only_reads(request) or json_response(200, {"status": "ok"})


@csrf_exempt  # as above
async def readyz(request: HttpRequest) -> HttpResponse:
    """``GET /readyz``: 200 when database, layer and log position are fine; else 503 with which.

    A layer that is down does not make a process unready: events come a second later without it.
    """
    if (refusal := only_reads(request)) is not None:
        return refusal
    hub = Hub.running()
    if hub is not None and hub.draining:
        return json_response(503, {"status": "draining"})
    parts = await _together(hub)
    well = parts["database"] == parts["log"] == "ok"
    return json_response(200 if well else 503, {"status": "ok" if well else "unready", **parts})


@csrf_exempt  # as above
def metrics(request: HttpRequest) -> HttpResponse:
    """``GET /metrics``: for who asks from this machine, or with ``METRICS_TOKEN``."""
    if (refusal := only_reads(request)) is not None:
        return refusal
    if not (_is_local(request) or _has_token(request)):
        return error_response(Unauthenticated("this needs METRICS_TOKEN as a bearer token"))
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


_looking: "asyncio.Future[dict[str, str]] | None" = None


async def _together(hub: Hub | None) -> dict[str, str]:
    """What a look finds, the one under way where there is one: anybody may ask, at any rate."""
    global _looking
    loop = asyncio.get_running_loop()
    if _looking is None or _looking.done() or _looking.get_loop() is not loop:
        _looking = asyncio.ensure_future(_look(hub))
    return await asyncio.shield(_looking)


async def _look(hub: Hub | None) -> dict[str, str]:
    return {
        "database": await _answer(_database()),
        "log": await _answer(_log(hub)),
        "layer": await _answer(_layer()),
    }


async def _answer(question: Awaitable[str]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await question
    except Exception as error:
        return f"unreachable: {type(error).__name__}"


async def _database() -> str:
    await in_database(log.head)
    return "ok"


async def _log(hub: Hub | None) -> str:
    """Whether the hub keeps up with the log."""
    head = await in_database(log.head)
    if hub is not None and hub.epoch != head.epoch:
        return "the hub follows another log"
    behind = 0 if hub is None else head.last - hub.position
    return "ok" if behind <= MAX_LAG else f"the hub is {behind} events behind"


async def _layer() -> str:
    if not bus.crosses_processes():
        return "in this process alone"
    layer = get_channel_layer()
    await layer.group_send("realtime.ready", {"type": "realtime.ready"})
    return "ok"


def _is_local(request: HttpRequest) -> bool:
    """Not behind a proxy on this machine, which would make everybody local."""
    address = request.META.get("REMOTE_ADDR")
    if not address or "X-Forwarded-For" in request.headers:
        return False
    return ip_address(address).is_loopback


def _has_token(request: HttpRequest) -> bool:
    wanted = site("METRICS_TOKEN")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(given, wanted)

"""The engine's settings: ``REALTIME`` in Django's settings, ``REALTIME_…`` in the environment.

Plain seconds and bytes. A wrong value is refused with its name and what it may be.
"""

from functools import cache
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from realtime import windows

Transport = Literal["websocket", "sse", "polling"]


class Conf(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper, forbid_unknown_fields=True):
    """What an operator may set; the defaults are meant to be left alone."""

    #: Seconds between the server's heartbeats; below the 60 s at which proxies drop idle sockets.
    ping_interval: float = 25
    #: Seconds of silence beyond that after which a socket counts as gone.
    ping_timeout: float = 20
    max_frame_bytes: int = 65_536
    max_connections_per_user: int = 20
    max_connections_per_ip: int = 200
    #: Per process.
    max_connections: int = 20_000
    #: Of the connections from one address those that have not said yet who they are.
    max_pending_per_ip: int = 50
    #: Handshakes per second that a process takes; bursts may be twice as many.
    handshake_rate: float = 2_000
    #: The same from one address; bursts may be ten times as many: a school comes back at once.
    handshake_rate_per_ip: float = 20
    #: Client frames per second and socket; bursts may be twice as many.
    frame_rate: float = 30
    #: Seconds for which the log is kept.
    log_retention: int = 86_400
    #: A cursor may lie this many log positions back before its reader must fetch afresh.
    sync_max_events: int = 10_000
    #: Unsent bytes at which a socket is cut; it comes back with its cursor.
    slow_consumer_bytes: int = 1_048_576
    transports: tuple[Transport, ...] = ("websocket", "sse", "polling")


@cache
def conf() -> Conf:
    """The settings in force; raises ImproperlyConfigured."""
    values: dict[str, Any] = dict(getattr(settings, "REALTIME", {}))
    if isinstance(values.get("TRANSPORTS"), str):
        values["TRANSPORTS"] = [name.strip() for name in values["TRANSPORTS"].split(",")]
    try:
        result = msgspec.convert(values, Conf, strict=False)
    except msgspec.ValidationError as error:
        raise ImproperlyConfigured(f"REALTIME: {error}") from None
    for name in result.__struct_fields__:
        if name != "transports" and getattr(result, name) <= 0:
            raise ImproperlyConfigured(f"REALTIME_{name.upper()} must be more than 0.")
    return result


#: What the engine reads of Django's settings beside ``REALTIME``, where a site does not set it.
SITE: dict[str, Any] = {
    "METRICS_TOKEN": "",
    "RATES": windows.parse(""),
    "REDIS_URL": "",
    "SERVERS": 1,
    "SOCKET_CORS_ORIGIN": (),
    "SOCKET_PORT": 8000,
    "TRUSTED_PROXIES": (),
    "WORKERS": 1,
}


def site(name: str) -> Any:
    """One of SITE as the site has it."""
    return getattr(settings, name, SITE[name])


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "REALTIME":
        conf.cache_clear()


setting_changed.connect(_forget, dispatch_uid="realtime.conf")

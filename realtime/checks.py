"""What is dangerous in the engine's settings, or contradicts something else in them.

For ``manage.py check``, with ``--deploy`` also what only matters where others reach the site; an
error keeps every command, ``serve`` among them, from beginning. ``manage.py doctor`` shows them
too. Nothing here asks a database or the network.
"""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from realtime import bus
from realtime.conf import Conf, conf, site

#: Networks larger than this are no proxies of one's own, unless they are private.
LARGEST_NETWORK = {4: 16, 6: 48}
#: Seconds after which common proxies, and deploy/nginx.conf, drop an idle connection.
PROXY_IDLE_SECONDS, NGINX_IDLE_SECONDS = 60, 75
#: Bytes that an access token in an ``auth`` frame needs, and those of one page of the past.
TOKEN_FRAME_BYTES, PAGE_BYTES = 2_048, 262_144
#: Characters of a secret that nobody guesses.
SECRET_LENGTH = 16
#: Seconds for which a closed laptop or a tunnel should be no reason to fetch all afresh.
SHORT_RETENTION = 900


def processes() -> int:
    """How many serve the site in all, by what the operator says of it."""
    workers, servers = int(site("WORKERS")), int(site("SERVERS"))
    return max(1, workers) * max(1, servers)


@register
def layer(**kwargs: Any) -> list[CheckMessage]:
    """How processes hear of each other."""
    if processes() == 1 or bus.crosses_processes():
        return []
    return [
        Error(
            f"The channel layer is in memory, and there are {processes()} processes: who is online"
            " differs between them, and events come a second late.",
            "Set REDIS_URL.",
            id="realtime.E001",
        )
    ]


@register
def limits(**kwargs: Any) -> list[CheckMessage]:
    """``REALTIME_…``, each by itself and beside the others."""
    try:
        return list(_limits(conf()))
    except ImproperlyConfigured as error:
        return [Error(str(error), "Set it to what docs/operating.md says.", id="realtime.E002")]


def _limits(limits: Conf) -> Iterator[CheckMessage]:
    yield from _silence(limits)
    yield from _sizes(limits)
    yield from _retention(limits)


def _silence(limits: Conf) -> Iterator[CheckMessage]:
    silence = limits.ping_interval + limits.ping_timeout
    if limits.ping_interval >= PROXY_IDLE_SECONDS or silence >= NGINX_IDLE_SECONDS:
        yield Warning(
            f"A socket may be silent for {limits.ping_interval:g} s, and counts as gone after"
            f" {silence:g} s: proxies drop it before that.",
            f"REALTIME_PING_INTERVAL below {PROXY_IDLE_SECONDS}, and with REALTIME_PING_TIMEOUT"
            f" below {NGINX_IDLE_SECONDS}.",
            id="realtime.W001",
        )


def _sizes(limits: Conf) -> Iterator[CheckMessage]:
    if limits.max_frame_bytes < TOKEN_FRAME_BYTES:
        yield Error(
            f"REALTIME_MAX_FRAME_BYTES is {limits.max_frame_bytes}: a token does not fit.",
            f"Set it to {TOKEN_FRAME_BYTES} or more.",
            id="realtime.E003",
        )
    if limits.slow_consumer_bytes < PAGE_BYTES:
        yield Warning(
            f"REALTIME_SLOW_CONSUMER_BYTES is {limits.slow_consumer_bytes}, less than a page of"
            " what a client missed: who catches up is cut.",
            f"Set it to {PAGE_BYTES} or more.",
            id="realtime.W002",
        )
    for name in ("max_connections_per_user", "max_connections_per_ip"):
        if getattr(limits, name) > limits.max_connections:
            yield Warning(
                f"REALTIME_{name.upper()} is more than REALTIME_MAX_CONNECTIONS: one may take all.",
                "Set it far below.",
                id="realtime.W003",
            )


def _retention(limits: Conf) -> Iterator[CheckMessage]:
    """How long one may be away: at least until the server has noticed that one is."""
    silence = limits.ping_interval + limits.ping_timeout
    if limits.log_retention <= silence:
        yield Error(
            f"REALTIME_LOG_RETENTION is {limits.log_retention} s, and a dead socket is noticed"
            f" after {silence:g} s: what it missed is gone by then.",
            "A day is usual.",
            id="realtime.E004",
        )
    elif limits.log_retention < SHORT_RETENTION:
        yield Warning(
            f"REALTIME_LOG_RETENTION is {limits.log_retention} s: who was away longer fetches all"
            " afresh.",
            "A day is usual.",
            id="realtime.W004",
        )


@register(Tags.security)
def origins(**kwargs: Any) -> list[CheckMessage]:
    """Whose pages may act for our users, beside the site's own."""
    return [message for one in site("SOCKET_CORS_ORIGIN") for message in _origin(one)]


def _origin(origin: str) -> Iterator[CheckMessage]:
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or "*" in origin:
        yield Error(
            f"SOCKET_CORS_ORIGIN: {origin!r} is no origin, and no browser sends it.",
            "Write scheme and host, and the port where it is not the usual: https://app.example.",
            id="realtime.E005",
        )
    elif parts.scheme == "http" and not settings.DEBUG:
        yield Warning(
            f"SOCKET_CORS_ORIGIN: pages of {origin} come unencrypted, and whoever is on their"
            " way may act with our users' cookies.",
            "Serve that site by https.",
            id="realtime.W005",
        )


@register(Tags.security, deploy=True)
def proxies(**kwargs: Any) -> list[CheckMessage]:
    """Whose word counts about where a request comes from."""
    return [
        Error(
            f"TRUSTED_PROXIES: {text} holds strangers, and each may claim any address.",
            "Name the addresses of your own proxies.",
            id="realtime.E006",
        )
        for text in site("TRUSTED_PROXIES")
        if _holds_strangers(text)
    ]


def _holds_strangers(text: str) -> bool:
    network = ip_network(text)
    return network.prefixlen < LARGEST_NETWORK[network.version] and not network.is_private


@register(Tags.security, deploy=True)
def metrics_token(**kwargs: Any) -> list[CheckMessage]:
    """Empty is fine: then nobody asks from elsewhere."""
    if not 0 < len(site("METRICS_TOKEN")) < SECRET_LENGTH:
        return []
    return [
        Warning(
            f"METRICS_TOKEN has fewer than {SECRET_LENGTH} characters, and may be guessed.",
            "Set it to `openssl rand -hex 32`.",
            id="realtime.W006",
        )
    ]

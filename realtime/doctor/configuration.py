"""The settings: what is dangerous, and what contradicts something else."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import ERROR, run_checks

from realtime.conf import Conf
from realtime.doctor.finding import Finding, ok, warning, wrong

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
LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def look(settings: Any, limits: Conf) -> Iterator[Finding]:
    """All of it."""
    found = [
        *_django(settings),
        *_mode(settings),
        *_hosts(settings),
        *_origins(settings),
        *_proxies(settings),
        *_secrets(settings),
        *_limits(limits),
    ]
    yield from found or [
        ok("settings.fine", "The settings contradict neither sense nor each other.")
    ]


def _django(settings: Any) -> Iterator[Finding]:
    """What ``manage.py check --deploy`` says."""
    for message in run_checks(include_deployment_checks=not settings.DEBUG):
        if message.is_silenced():
            continue
        says = f"{message.id}: {message.msg}"
        mend = message.hint or "See Django's page of system checks."
        yield (wrong if message.level >= ERROR else warning)("settings.check", says, mend)


def _mode(settings: Any) -> Iterator[Finding]:
    if settings.DEBUG and not set(settings.ALLOWED_HOSTS) <= LOCAL:
        yield wrong(
            "settings.debug",
            "DEBUG is on for a site that others reach: errors show its source and settings.",
            "Set DEBUG=0.",
        )
    elif settings.DEBUG:
        yield warning(
            "settings.debug_here", "DEBUG is on.", "On your own machine that is fine; else DEBUG=0."
        )
    elif not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield wrong(
            "settings.static",
            "No static files are collected: every page answers 500.",
            "Run `./run manage collectstatic`.",
        )


def _hosts(settings: Any) -> Iterator[Finding]:
    if not settings.ALLOWED_HOSTS:
        yield wrong(
            "settings.no_hosts",
            "ALLOWED_HOSTS is empty: every request is answered with 400.",
            "Set it to the names under which the site is reached.",
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield wrong(
            "settings.any_host",
            "ALLOWED_HOSTS takes every name: with one that somebody points here, their page may"
            " open sockets with our cookies.",
            "Set it to the site's own names.",
        )


def _origins(settings: Any) -> Iterator[Finding]:
    for origin in settings.SOCKET_CORS_ORIGIN:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or "*" in origin:
            yield wrong(
                "settings.origin",
                f"SOCKET_CORS_ORIGIN: {origin!r} is no origin, and no browser sends it.",
                "Write scheme and host, and the port where it is not the usual: https://app.example.",
            )
        elif parts.scheme == "http" and not settings.DEBUG:
            yield warning(
                "settings.plain_origin",
                f"SOCKET_CORS_ORIGIN: pages of {origin} come unencrypted, and whoever is on their"
                " way may act with our users' cookies.",
                "Serve that site by https.",
            )


def _proxies(settings: Any) -> Iterator[Finding]:
    for text in settings.TRUSTED_PROXIES:
        network = ip_network(text)
        if network.prefixlen < LARGEST_NETWORK[network.version] and not network.is_private:
            yield wrong(
                "proxies.everybody",
                f"TRUSTED_PROXIES: {text} holds strangers, and each may claim any address.",
                "Name the addresses of your own proxies.",
            )
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        yield wrong(
            "proxies.none",
            "HTTPS_ONLY is on, and no proxy is trusted to say that a request came by https: every"
            " page leads to itself for ever.",
            "Set TRUSTED_PROXIES to the address of the proxy that speaks TLS.",
        )


def _secrets(settings: Any) -> Iterator[Finding]:
    if 0 < len(settings.METRICS_TOKEN) < SECRET_LENGTH:
        yield warning(
            "settings.metrics_token",
            f"METRICS_TOKEN has fewer than {SECRET_LENGTH} characters, and may be guessed.",
            "Set it to `openssl rand -hex 32`.",
        )


def _limits(limits: Conf) -> Iterator[Finding]:
    silence = limits.ping_interval + limits.ping_timeout
    if limits.ping_interval >= PROXY_IDLE_SECONDS or silence >= NGINX_IDLE_SECONDS:
        yield warning(
            "settings.ping",
            f"A socket may be silent for {limits.ping_interval:g} s, and counts as gone after"
            f" {silence:g} s: proxies drop it before that.",
            f"REALTIME_PING_INTERVAL below {PROXY_IDLE_SECONDS}, and with REALTIME_PING_TIMEOUT"
            f" below {NGINX_IDLE_SECONDS}.",
        )
    if limits.max_frame_bytes < TOKEN_FRAME_BYTES:
        yield wrong(
            "settings.frame",
            f"REALTIME_MAX_FRAME_BYTES is {limits.max_frame_bytes}: a token does not fit.",
            f"Set it to {TOKEN_FRAME_BYTES} or more.",
        )
    if limits.slow_consumer_bytes < PAGE_BYTES:
        yield warning(
            "settings.slow_consumer",
            f"REALTIME_SLOW_CONSUMER_BYTES is {limits.slow_consumer_bytes}, less than a page of"
            " what a client missed: who catches up is cut.",
            f"Set it to {PAGE_BYTES} or more.",
        )
    for name in ("max_connections_per_user", "max_connections_per_ip"):
        if getattr(limits, name) > limits.max_connections:
            yield warning(
                "settings.one_takes_all",
                f"REALTIME_{name.upper()} is more than REALTIME_MAX_CONNECTIONS: one may take all.",
                "Set it far below.",
            )
    if limits.log_retention < SHORT_RETENTION:
        yield warning(
            "settings.retention",
            f"REALTIME_LOG_RETENTION is {limits.log_retention} s: who was away longer fetches all"
            " afresh.",
            "A day is usual.",
        )

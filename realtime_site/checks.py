"""What is dangerous in the site's settings, or contradicts something else in them.

For ``manage.py check``, with ``--deploy`` also what only matters where others reach the site; an
error keeps every command, ``serve`` among them, from beginning. ``manage.py doctor`` shows them
too. The engine's own settings are in ``realtime/checks.py``. Nothing here asks a database or the
network.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from realtime.checks import processes
from realtime_site.keys import LENGTH, weakness

KEYS = ("SECRET_KEY", "JWT_SIGNING_KEY")
A_KEY = "Set it to `openssl rand -base64 48`."


@register(Tags.security, deploy=True)
def keys(**kwargs: Any) -> list[CheckMessage]:
    """The keys that sign sessions and tokens: who guesses one is everybody."""
    return [] if settings.DEBUG else [*_weak(), *_equal()]


def _weak() -> Iterator[CheckMessage]:
    for name in KEYS:
        if wrong := weakness(getattr(settings, name)):
            yield Error(f"{name} {wrong}: who guesses it is everybody.", A_KEY, id="site.E001")


def _equal() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY == settings.JWT_SIGNING_KEY:
        yield Error(
            "SECRET_KEY and JWT_SIGNING_KEY are the same: who gets one of them has both, and"
            " neither can be changed without the other.",
            f"Give each {LENGTH} random characters of its own.",
            id="site.E002",
        )


@register(Tags.security, deploy=True)
def debug(**kwargs: Any) -> list[CheckMessage]:
    """Django's security.W018 says so as well; to others' eyes it is an error."""
    if not settings.DEBUG:
        return []
    says = "DEBUG is on: errors show the site's source and settings to whoever meets one."
    return [Error(says, "Set DEBUG=0.", id="site.E003")]


@register(Tags.security, deploy=True)
def hosts(**kwargs: Any) -> list[CheckMessage]:
    """An empty list is Django's security.W020."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS takes every name: with one that somebody points here, their page may"
            " open sockets with our cookies.",
            "Set it to the site's own names.",
            id="site.E004",
        )
    ]


@register(Tags.security)
def https(**kwargs: Any) -> list[CheckMessage]:
    """A server speaks no TLS itself: that it came by https a proxy says, or nobody does."""
    if not settings.SECURE_SSL_REDIRECT or settings.TRUSTED_PROXIES:
        return []
    return [
        Error(
            "HTTPS_ONLY is on, and no proxy is trusted to say that a request came by https: every"
            " page leads to itself for ever.",
            "Set TRUSTED_PROXIES to the address of the proxy that speaks TLS.",
            id="site.E005",
        )
    ]


@register(Tags.security, deploy=True)
def plain_http(**kwargs: Any) -> list[CheckMessage]:
    """Django names the four settings behind it one by one (security.W004 to W016)."""
    if settings.SECURE_SSL_REDIRECT:
        return []
    return [
        Warning(
            "HTTPS_ONLY is off: passwords, cookies and tokens go unencrypted, for whoever is on"
            " the way to read.",
            "Set HTTPS_ONLY=1, and TRUSTED_PROXIES, behind a proxy that speaks TLS.",
            id="site.W001",
        )
    ]


@register(Tags.caches)
def cache(**kwargs: Any) -> list[CheckMessage]:
    """What rates.py counts in."""
    backend = settings.CACHES["default"]["BACKEND"]
    if processes() == 1 or not backend.endswith(("LocMemCache", "DummyCache", "FileBasedCache")):
        return []
    return [
        Warning(
            f"{processes()} processes count wrong passwords and writes each by itself: who is let"
            f" in by chance gets {processes()} times as many tries as RATES says.",
            "Set REDIS_URL.",
            id="site.W002",
        )
    ]


@register(Tags.database)
def database(**kwargs: Any) -> list[CheckMessage]:
    """By its settings alone; ``doctor`` asks the database itself."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    if settings.SERVERS > 1:
        return [
            Error(
                f"SQLite is a file of one machine; {settings.SERVERS} servers cannot share it.",
                "Set DATABASE_URL to a PostgreSQL for all servers.",
                id="site.E006",
            )
        ]
    if settings.WORKERS > 1:
        return [
            Warning(
                f"SQLite lets one process write at a time; {settings.WORKERS} workers wait for"
                " each other.",
                "Set WORKERS=1, or DATABASE_URL to a PostgreSQL.",
                id="site.W003",
            )
        ]
    return []

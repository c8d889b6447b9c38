"""What a handshake or request says of who comes, and from where. Headers only; no database.

A page of another site may open a socket here, and the browser sends our cookie along. So an
Origin that is there must be our own or in the allow list, whatever the credentials; and a cookie
without an Origin is not taken. A token in the query string ends up in logs, and is never read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from realtime.conf import site

#: What a site without ALLOWED_HOSTS serves while DEBUG is on.
LOCAL_HOSTS = (".localhost", "127.0.0.1", "[::1]")

Headers = Iterable[tuple[bytes, bytes]]


class Credentials(NamedTuple):
    """At most one of the two is there."""

    token: str | None
    session: str | None


def header(headers: Headers, name: bytes) -> str | None:
    """The first header of this name (in lower case), None when there is none."""
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


def address(scope: Mapping[str, Any]) -> str:
    """Where a request comes from; a proxy that is trusted has been looked behind by now."""
    client = scope.get("client")
    return client[0] if client else ""


def credentials(headers: Headers) -> Credentials:
    """The bearer token, or else the session's key."""
    scheme, _, token = (header(headers, b"authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return Credentials(token.strip(), None)
    cookies = "; ".join(value.decode("latin-1") for key, value in headers if key == b"cookie")
    return Credentials(None, parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME))


def origin_is_allowed(headers: Headers, *, required: bool) -> bool:
    """Whether the Origin is the site's own or in SOCKET_CORS_ORIGIN; one may be ``required``."""
    origin = header(headers, b"origin")
    if origin is None:
        return not required
    return origin in site("SOCKET_CORS_ORIGIN") or _is_own(origin, header(headers, b"host") or "")


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:  # brackets without an address in them
        return False
    if parts.scheme not in ("http", "https") or not host or parts.netloc.lower() != host.lower():
        return False
    # A host that we do not serve is a name that somebody else pointed at us.
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, _served_hosts())


def _served_hosts() -> Sequence[str]:
    """As Django has it for requests."""
    return settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else ())


def resumption(query_string: bytes) -> tuple[str | None, list[str]]:
    """``cursor`` and ``rooms`` (comma-separated) of a query string."""
    query = parse_qs(query_string.decode("latin-1"))
    cursor = query.get("cursor", [None])[0]
    rooms = [room for room in query.get("rooms", [""])[0].split(",") if room]
    return cursor, rooms

"""The URL configuration as a flat list, and what of it a request's path leads to."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolve

#: Django's own, which tests/moderation and tests/staff are about; and a picture.
NOT_OURS = ("admin", "favicon.ico")


def routes() -> set[str]:
    """Every path that there is, as it stands in the URL configuration."""
    return {
        route for route in _routes(get_resolver()) if not route.lstrip("^").startswith(NOT_OURS)
    }


def api_routes() -> set[str]:
    """Those for programs: the API, and what watches the site."""
    watched = ("api", "healthz", "readyz", "metrics")
    return {route for route in routes() if route.lstrip("^").startswith(watched)}


def route_of(path: str) -> str:
    """Which of them answers here; raises Resolver404 where none does."""
    return resolve(path.partition("?")[0]).route


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        # As Django joins them in what ``resolve`` gives.
        route = before + str(one.pattern).removeprefix("^") if before else str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)

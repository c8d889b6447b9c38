"""A page's write whose transaction met another is run again, as ``realtime.rest`` does for the API.

MongoDB undoes the later one where other databases let it wait.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

from realtime.transactions import retried


class Retried:
    """The last middleware: those before it have looked at the request, and look at the answer."""

    # Both, so that a view which waits in the event loop goes on to do so.
    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path.startswith("/api/"):
            return None
        if iscoroutinefunction(view):
            return None
        return retried(lambda: view(request, *args, **kwargs))

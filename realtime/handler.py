"""Django's ASGI handler, which leaves no ring of objects behind.

A request knows its user, who is looked up by what knows the request; an error knows the frames that
it went through. Where the collector comes as seldom as here (``lifespan.py``) such rings stay: some
kilobytes for each request, and many for each stream.
"""

from typing import Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest

#: The key of an ASGI scope under which the request made of it is.
REQUEST = "realtime.request"


class Handler(ASGIHandler):
    """Parts a request from all that it knows when it is over."""

    def create_request(self, scope: Any, body_file: Any) -> Any:
        """Remember the request until then."""
        request, refusal = super().create_request(scope, body_file)
        scope[REQUEST] = request
        return request, refusal

    async def listen_for_disconnect(self, receive: Any) -> None:
        """Return when the client has gone. Django's own raises what it then passes over."""
        await receive()

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Threads that worked for it have ended by then, even when its client went away."""
        try:
            await super().handle(scope, receive, send)
        finally:
            request: ASGIRequest | None = scope.pop(REQUEST, None)
            if request is not None:
                vars(request).clear()

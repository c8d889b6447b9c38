"""What browsers are told to refuse on our pages: what we did not send, and powers that are unused.

And what caches may keep, which is nothing. Static files do not come by here.

Django 6.0 brings a policy of its own; until the site is on it, this is the one place for ours.
Referrers and openers are Django's ``SecurityMiddleware``'s.
"""

import secrets
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

POWERS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

Answer = Callable[[HttpRequest], HttpResponse]
AnswerLater = Callable[[HttpRequest], Awaitable[HttpResponse]]


class Nonce:
    """The word that a page's own scripts bear; made when its template first asks for it."""

    def __init__(self) -> None:
        self.word = ""

    def __str__(self) -> str:
        self.word = self.word or secrets.token_urlsafe(16)
        return self.word


def policy(host: str, *, is_secure: bool, nonce: str = "") -> str:
    """The Content Security Policy of one page; ``nonce`` is empty where no script bears one."""
    sources = {
        "default-src": "'none'",
        # With a nonce not even the site's own files run unasked; the admin's bear none.
        "script-src": f"'nonce-{nonce}'" if nonce else "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        # Older browsers do not count a socket of the same host as 'self'.
        "connect-src": f"'self' {'wss' if is_secure else 'ws'}://{host}",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {allowed}" for name, allowed in sources.items())


@sync_and_async_middleware
def page_headers(get_response: Answer | AnswerLater) -> Answer | AnswerLater:
    """The middleware; behind ``CommonMiddleware``, which refuses hosts that are not ours."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            request.csp_nonce = nonce = Nonce()  # type: ignore[attr-defined]
            return _told(request, await get_response(request), nonce)

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = nonce = Nonce()  # type: ignore[attr-defined]
        return _told(request, get_response(request), nonce)  # type: ignore[arg-type]

    return answer


def _told(request: HttpRequest, response: HttpResponse, nonce: Nonce) -> HttpResponse:
    # What one reader was shown no proxy gives another, and no answer of the API is kept at all.
    is_api = request.path.startswith("/api/")
    response.headers.setdefault("Cache-Control", "no-store" if is_api else "private, no-cache")
    is_page = response.get("Content-Type", "").startswith("text/html")
    # Django's pages about errors, for developers alone, have scripts in their text.
    if not is_page or (settings.DEBUG and response.status_code in {404, 500}):
        return response
    response["Content-Security-Policy"] = policy(
        request.get_host(), is_secure=request.is_secure(), nonce=nonce.word
    )
    response["Permissions-Policy"] = POWERS
    return response

"""Pages that are asked for too often: the middleware for a user's writes, and what people are told.

What is counted and how is ``rates.py``'s; REST has ``rest/throttles.py``.
"""

from collections.abc import Awaitable, Callable
from math import ceil

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import ngettext

from realtime import rates
from realtime.errors import RateLimited

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

Answer = Callable[[HttpRequest], HttpResponse]
AnswerLater = Callable[[HttpRequest], Awaitable[HttpResponse]]


@sync_and_async_middleware
def page_writes(get_response: Answer | AnswerLater) -> Answer | AnswerLater:
    """Counts every write of a user at pages and admin; behind what knows whose a session is."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            # Without a hop to a thread for all that only reads.
            is_write = _is_page_write(request)
            refused = await sync_to_async(_refusal)(request) if is_write else None
            if refused is not None:
                return refused
            response: HttpResponse = await get_response(request)
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        refused = _refusal(request) if _is_page_write(request) else None
        if refused is not None:
            return refused
        return get_response(request)  # type: ignore[return-value]

    return answer


def _is_page_write(request: HttpRequest) -> bool:
    return request.method not in SAFE_METHODS and not request.path.startswith("/api/")


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return None
    try:
        rates.take("write", str(request.user.pk))
    except RateLimited as error:
        return too_often(request, error)
    return None


def too_often(request: HttpRequest, error: RateLimited) -> HttpResponse:
    """The page that says so, and when to come again."""
    response = render(request, "429.html", {"when": in_time(error)})
    say_when(response, error)
    return response


def say_when(response: HttpResponse, error: RateLimited) -> None:
    """Make an answer one to somebody who came too often."""
    response.status_code = 429
    response["Retry-After"] = str(_seconds(error))


def in_time(error: RateLimited) -> str:
    """What people are told, in the language of the page."""
    seconds = _seconds(error)
    if seconds < 60:
        text = ngettext(
            "That was too often. Please try again in %(count)d second.",
            "That was too often. Please try again in %(count)d seconds.",
            seconds,
        )
        return text % {"count": seconds}
    minutes = -(-seconds // 60)
    text = ngettext(
        "That was too often. Please try again in %(count)d minute.",
        "That was too often. Please try again in %(count)d minutes.",
        minutes,
    )
    return text % {"count": minutes}


def _seconds(error: RateLimited) -> int:
    return max(1, ceil(error.retry_after))

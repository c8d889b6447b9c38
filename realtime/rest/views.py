"""How a write over REST runs: in one transaction, once per Idempotency-Key.

Everything that the handler publishes carries the key as ``op``.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from realtime.publish import operation
from realtime.rest.exceptions import as_http
from realtime.rest.idempotency import Answer, Claim, Keyed, claim
from realtime.rest.parsers import give_length
from realtime.rest.problems import Problem
from realtime.rest.renderers import encode
from realtime.transactions import in_one

View = TypeVar("View", bound=APIView)
Args = ParamSpec("Args")
Run = Callable[[], Response]

#: Of an empty body.
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def write(
    handler: Callable[Concatenate[View, Request, Args], Response],
) -> Callable[Concatenate[View, Request, Args], Response]:
    """A handler that writes: all of it or nothing, and only once where it is sent with a key."""

    @wraps(handler)
    def answer(
        view: View, request: Request, /, *args: Args.args, **kwargs: Args.kwargs
    ) -> Response:
        malformed = _parse(request)

        def run() -> Response:
            if malformed is not None:
                raise malformed
            return handler(view, request, *args, **kwargs)

        keyed = _keyed(request)
        if keyed is None:
            return in_one(run)
        outcome = claim(keyed)
        if isinstance(outcome, Answer):
            return _again(outcome)
        return _first(view, run, outcome, op=keyed.key)

    return answer


def _parse(request: Request) -> APIException | None:
    """Read the body now; what is wrong with it is an answer like others, and kept like them."""
    give_length(request._request)
    try:
        _ = request.data
    except APIException as error:
        return error
    return None


def _keyed(request: Request) -> Keyed | None:
    """None without a key, and for strangers: a key is its user's."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.user is None:
        return None
    return Keyed.of(
        str(request.user.pk),
        key,
        method=request.method or "",
        path=request.path,
        body_digest=getattr(request, "body_digest", _EMPTY),
    )


def _first(view: APIView, run: Run, mine: Claim, *, op: str) -> Response:
    """Answer, and keep the answer with what was written; an error's is kept by itself."""

    def write_and_answer() -> Response:
        response = run()
        mine.answer(_answer(response))
        return response

    try:
        with operation(op):
            return in_one(write_and_answer)
    except Exception as error:
        response = view.handle_exception(error)
        if _is_kept(response.status_code):
            mine.answer(_answer(response))
        else:
            mine.release()
        return response


def _is_kept(status: int) -> bool:
    """Not what another try may well get differently."""
    return status not in (401, 409, 429) and status < 500


def _answer(response: Response) -> Answer:
    body = "" if response.data is None else encode(response.data).decode()
    return Answer(response.status_code, body)


def _again(answer: Answer) -> Response:
    data = msgspec.Raw(answer.body.encode()) if answer.body else None
    return Response(data, status=answer.status, headers={"Idempotency-Replayed": "true"})


@csrf_exempt  # a path that is none is none for everybody, token or session
def api_not_found(request: HttpRequest) -> HttpResponseBase:
    """Every path under ``/api/`` that is none."""
    return as_http(Problem(code="not_found", message="There is no such path."))

"""Whatever goes wrong under ``/api/``, in the one format of errors that clients know.

DRF hands every exception of a view to ``error_response``; Django's own 404 and 500 pages come by
``not_found`` and ``server_error``. A client sees a code of the table, never a traceback.
"""

import logging
from collections.abc import Mapping
from math import ceil
from typing import Any

import msgspec
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    SuspiciousOperation,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from realtime import errors
from realtime.rest.codes import STATUS
from realtime.rest.problems import Failure, Problem

_log = logging.getLogger(__name__)
_BEARER = {"WWW-Authenticate": 'Bearer realm="api"'}
#: DRF's statuses that have a code of their own; what else is below 500 is invalid.
_CODES = {403: "forbidden", 404: "not_found", 405: "method_not_allowed", 429: "rate_limited"}


def error_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's hook: the answer to an exception of a view."""
    problem, headers = _problem(error)
    if problem.code == "internal":
        _log.exception("an API view failed")
        # What Django itself sends for an exception that nobody handles: error trackers listen.
        request = getattr(context.get("request"), "_request", None)
        got_request_exception.send(sender=type(context.get("view")), request=request)
    # Plain data: a view may have a renderer of its own, which knows no structs.
    body = msgspec.to_builtins(Failure(error=problem))
    return Response(body, status=STATUS[problem.code], headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """``handler400``: a host that is not ours, too many parameters, and the like."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    return as_http(Problem(code="invalid", message="The request is malformed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """``handler404``."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return as_http(Problem(code="not_found", message="There is no such path."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """``handler500``."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return as_http(_INTERNAL)


def as_http(problem: Problem) -> HttpResponse:
    """The answer where DRF is not involved."""
    body = msgspec.json.encode(Failure(error=problem))
    return HttpResponse(body, status=STATUS[problem.code], content_type="application/json")


_INTERNAL = Problem(code="internal", message="Something went wrong here. It is not your fault.")
_BUSY = Problem(code="unavailable", message="The database is busy; try again.")


def _problem(error: Exception) -> tuple[Problem, dict[str, str]]:
    """What a client is told, and the headers that go with it."""
    if isinstance(error, errors.RealtimeError):
        return _of_engine(error)
    if isinstance(error, exceptions.APIException):
        return _of_drf(error)
    if isinstance(error, ValidationError):
        return _of_validation(error), {}
    if isinstance(error, Http404):
        return Problem(code="not_found", message="There is no such thing."), {}
    if isinstance(error, PermissionDenied):
        return Problem(code="forbidden", message="You may not do this."), {}
    if isinstance(error, SuspiciousOperation | BadRequest):
        return Problem(code="invalid", message="The request is malformed."), {}
    if isinstance(error, OperationalError):
        _log.warning("the database had no time: %s", error)
        return _BUSY, {"Retry-After": "1"}
    return _INTERNAL, {}


def _of_engine(error: errors.RealtimeError) -> tuple[Problem, dict[str, str]]:
    if isinstance(error, errors.Unauthenticated):
        return Problem(code=error.code, message=error.message), _BEARER
    if isinstance(error, errors.RateLimited):
        headers = {"Retry-After": str(max(1, ceil(error.retry_after)))}
        return Problem(code=error.code, message=error.message), headers
    if isinstance(error, errors.UnknownRoom):
        return Problem(code="not_found", message=error.message), {}
    # What has no status of its own is about a frame, a room or a cursor: bad input, here.
    code = error.code if error.code in STATUS else "invalid"
    return Problem(code=code, message=error.message), {}


def _of_drf(error: exceptions.APIException) -> tuple[Problem, dict[str, str]]:
    if isinstance(error, exceptions.ValidationError):
        return _with_fields(_fields(error.detail)), {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Problem(code="unauthenticated", message=str(error.detail)), _BEARER
    if error.status_code >= 500:
        return Problem(code="unavailable", message=str(error.detail)), {}
    own = str(error.default_code)
    code = own if own in STATUS else _CODES.get(error.status_code, "invalid")
    wait = getattr(error, "wait", None)
    headers = {} if wait is None else {"Retry-After": str(max(1, ceil(wait)))}
    return Problem(code=code, message=str(error.detail)), headers


def _of_validation(error: ValidationError) -> Problem:
    if not hasattr(error, "error_dict"):
        return Problem(code="invalid", message=" ".join(error.messages))
    fields = {_camel(name): texts for name, texts in error.message_dict.items()}
    general = fields.pop(_camel(NON_FIELD_ERRORS), [])
    return _with_fields(fields, general)


def _fields(detail: Any) -> dict[str, list[str]]:
    """DRF's tree of reasons as one level: field → sentences."""
    if not isinstance(detail, dict):
        return {"": [str(text) for text in (detail if isinstance(detail, list) else [detail])]}
    return {
        name: [text for texts in _fields(reasons).values() for text in texts]
        for name, reasons in detail.items()
    }


def _with_fields(fields: dict[str, list[str]], general: list[str] | None = None) -> Problem:
    general = [*(general or []), *fields.pop("", []), *fields.pop("non_field_errors", [])]
    named = [f"{name}: {text}" for name, texts in fields.items() for text in texts]
    return Problem(code="invalid", message=" ".join(general or named), fields=fields or None)


def _camel(name: str) -> str:
    """A field's name on the wire, as ``realtime.events.Wire`` has it."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)

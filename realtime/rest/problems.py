"""What an answer that is an error looks like, and which code has which status.

Values, and the errors that only REST knows; ``exceptions.py`` makes the one from the other.
"""

from typing import Annotated

from msgspec import Meta
from rest_framework.exceptions import APIException

from realtime.events import Wire

#: An error's code → its status.
STATUS: dict[str, int] = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "suspended": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "in_progress": 409,
    "too_large": 413,
    "key_reused": 422,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
}

#: What some of them mean, where the word does not say it.
MEANING: dict[str, str] = {
    "in_progress": "the first request with this `Idempotency-Key` still runs",
    "too_large": "a body over 256 KiB",
    "key_reused": "the `Idempotency-Key` was used for something else",
    "rate_limited": "try again after `Retry-After` seconds",
    "internal": "our fault",
    "unavailable": "try again after `Retry-After` seconds",
}


class Problem(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong: one word for programs, a sentence for people."""

    code: Annotated[str, Meta(examples=["invalid"])]
    message: Annotated[str, Meta(examples=["Some of what was sent will not do."])]
    #: For each input that will not do, why.
    fields: Annotated[dict[str, list[str]], Meta(examples=[{"body": ["Give it."]}])] | None = None


class Failure(Wire, frozen=True, kw_only=True):
    """The body of every answer that is an error."""

    error: Problem


class TooLarge(APIException):
    """The body is larger than the server takes."""

    status_code = 413
    default_detail = "The body is too large."
    default_code = "too_large"


class InProgress(APIException):
    """The first request with this Idempotency-Key is still running."""

    status_code = 409
    default_detail = "The first request with this Idempotency-Key is still running."
    default_code = "in_progress"


class KeyReused(APIException):
    """The Idempotency-Key stands for another request."""

    status_code = 422
    default_detail = "This Idempotency-Key was used for another request."
    default_code = "key_reused"

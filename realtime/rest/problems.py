"""What an answer that is an error looks like; which code has which status says ``codes.py``.

Values, and the errors that only REST knows; ``exceptions.py`` makes the one from the other.
"""

from typing import Annotated

from msgspec import Meta
from rest_framework.exceptions import APIException

from realtime.events import Wire


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

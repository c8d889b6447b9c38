"""Request bodies: JSON by the letter, and no more of it than a write needs.

What msgspec refuses (NaN, lone surrogates, bytes that are no UTF-8, numbers beyond 64 bits) a
client is told of; the size and the depth are bounded here, before anything looks at the values.
"""

from collections.abc import Mapping
from hashlib import sha256
from io import SEEK_END
from typing import IO, Any

import msgspec
from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from realtime.frames import what_is_wrong
from realtime.rest.problems import TooLarge

MAX_BODY_BYTES = 256 * 1024
#: No body of the API has more than one level; its error should be about a field even so.
MAX_DEPTH = 16


def read_body(stream: IO[bytes], declared: str) -> bytes:
    """The body; raises TooLarge, for one that says so itself without reading it."""
    if declared.isdecimal() and int(declared[:12]) > MAX_BODY_BYTES:
        raise TooLarge()
    body = stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge()
    return body


def give_length(request: HttpRequest) -> None:
    """Say how long a body is that came in chunks: DRF takes one of no length for none."""
    body: Any = getattr(request, "_stream", None)  # where Django's ASGI handler has put it
    if "HTTP_TRANSFER_ENCODING" in request.META and hasattr(body, "seek"):
        request.META["CONTENT_LENGTH"] = str(body.seek(0, SEEK_END))
        body.seek(0)


def decode(body: bytes) -> Any:
    """The values; raises ParseError that says where the text ceases to be JSON."""
    try:
        values = msgspec.json.decode(body)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except msgspec.DecodeError as error:
        wrong = what_is_wrong(body.decode(errors="replace"), error)
        raise ParseError(f"The body is not JSON: {wrong}.") from None
    if _is_deeper(values, MAX_DEPTH):
        raise ParseError("The body is nested too deeply.")
    return values


def _is_deeper(value: object, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deeper(one, depth - 1) for one in inside)


class BoundedJSONParser(BaseParser):
    """``application/json``, at most 256 KiB."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]
        body = read_body(stream, request.META.get("CONTENT_LENGTH") or "")
        # For Idempotency-Key: what was asked, even when it turns out to be no JSON.
        request.body_digest = sha256(body).hexdigest()
        return decode(body)

"""Answers as JSON, by msgspec: wire objects as they are, and whatever DRF itself gives."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.encoding import force_str
from django.utils.functional import Promise
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def _plain(value: object) -> object:
    """What msgspec does not know: texts that are translated late, and DRF's own text class."""
    if isinstance(value, str | Promise):
        return force_str(value)
    raise TypeError(f"{type(value).__name__} is nothing that goes on the wire")


encode = msgspec.json.Encoder(enc_hook=_plain).encode


class OneFormat(DefaultContentNegotiation):
    """There is one format to an answer, whatever the client would like."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class WireRenderer(BaseRenderer):
    """``application/json`` in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else encode(data)

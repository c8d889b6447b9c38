"""How each view is described for OpenAPI: the setting ``DEFAULT_SCHEMA_CLASS`` names it.

Apart from ``schema.py``, which cannot be imported before this is.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction


class Described(AutoSchema):
    """Also tells what a DELETE takes, where it takes something."""

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        if self.method != "DELETE" or self.get_request_serializer() is None:  # type: ignore[no-untyped-call]
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call,no-any-return]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call,no-any-return]
        finally:
            self.method = "DELETE"

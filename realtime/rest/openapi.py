"""How the OpenAPI document is made of the views: the settings name both classes.

Apart from ``schema.py``, which cannot be imported before these are.
"""

from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction

from realtime.contract import schemas
from realtime.rest.plain_paths import components, paths


class Described(AutoSchema):
    """Also tells what a DELETE takes, where it takes something."""

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        if self.method != "DELETE" or self.get_request_serializer() is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call,no-any-return]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call,no-any-return]
        finally:
            self.method = "DELETE"


class Generator(SchemaGenerator):
    """Paths as the specification writes them: the slash at the end may be left out."""

    #: By language: it is the same for all, and strangers may ask for it as often as they like.
    made: ClassVar[dict[str | None, dict[str, Any]]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        language = get_language()
        if language not in self.made:
            self.made[language] = self._make(request, public)
        return self.made[language]

    def _make(self, request: Any, public: bool) -> dict[str, Any]:
        schema: dict[str, Any] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        found = schema["components"]["schemas"] | components()
        schema["components"]["schemas"] = dict(sorted(found.items()))
        described = {path.rstrip("/"): item for path, item in schema["paths"].items()} | paths()
        schema["paths"] = dict(sorted(described.items()))
        for item in schema["paths"].values():
            for operation in item.values():
                _give_examples(operation["responses"], found)
        return schema


def _give_examples(answers: dict[str, Any], found: dict[str, Any]) -> None:
    """To each answer that has a body: one with all that may be there."""
    for answer in answers.values():
        for body in answer.get("content", {}).values():
            if "schema" in body:
                body["example"] = schemas.example(body["schema"], found, whole=True)

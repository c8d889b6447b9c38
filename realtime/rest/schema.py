"""The OpenAPI description: what answers look like is read off the wire objects themselves.

drf-spectacular describes the paths and the inputs; ``WireSchema`` teaches it our answers, so that
there is one definition of each.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    Direction,
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from realtime.contract import schemas
from realtime.contract.views import pretty
from realtime.requests import only_reads
from realtime.rest.openapi import Generator
from realtime.rest.problems import Failure

OPENAPI = {"OAS_VERSION": "3.1.0"}
_REF = "#/components/schemas/{name}"
Decorated = TypeVar("Decorated", bound=Callable[..., Any])

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 64},
    OpenApiParameter.HEADER,
    description=(
        "1 to 64 characters. The same key with the same request gets the first answer again "
        "for 24 hours and writes nothing; the events of the write carry it as `op`."
    ),
)
LIST = (
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    OpenApiParameter("before", OpenApiTypes.UUID, description="Only rows with ids below this one."),
    OpenApiParameter("after", OpenApiTypes.UUID, description="Only rows with ids above this one."),
)


def describe(
    summary: str,
    answers: Mapping[int, Any],
    *,
    name: str | None = None,
    takes: Any = None,
    parameters: tuple[OpenApiParameter, ...] = (),
    writes: bool = False,
    public: bool = False,
) -> Callable[[Decorated], Decorated]:
    """What a handler takes and answers: status → wire object; None for an empty body.

    ``name`` is what generated clients call it.
    """
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=takes,
        responses={**answers, "4XX": Failure},
        parameters=[*parameters, *((IDEMPOTENCY_KEY,) if writes else ())],
        auth=[] if public else None,
    )


def sent_as(**fields: Any) -> Callable[[Decorated], Decorated]:
    """Of a serializer: an example of what clients send."""
    example = OpenApiExample("An example", value=fields, request_only=True)
    return extend_schema_serializer(examples=[example])


class WireSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Any ``Wire`` struct, also a generic one, as the component that msgspec makes of it."""

    target_class = msgspec.Struct
    match_subclasses = True

    @classmethod
    def _matches(cls, target: Any) -> bool:
        kind = get_origin(target) or target
        return isinstance(kind, type) and issubclass(kind, msgspec.Struct)

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return _name(self.target)

    def get_identity(self, auto_schema: AutoSchema, direction: Direction) -> str:
        # By name, as what msgspec finds inside other structs is known by its name alone.
        return _name(self.target)

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        _, found = msgspec.json.schema_components([self.target], ref_template=_REF)
        own = _raw_name(self.target)
        inner = {one.__name__: one for one in schemas.structs([self.target])}
        for name, schema in found.items():
            if name != own:
                _register(auto_schema, name, schemas.commented(schemas.tidy(schema), inner[name]))
        return _described(self.target, found[own])


def _register(auto_schema: AutoSchema, name: str, schema: dict[str, Any]) -> None:
    component = ResolvedComponent(  # type: ignore[no-untyped-call]
        name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name
    )
    auto_schema.registry.register_on_missing(component)


def _described(target: Any, schema: dict[str, Any]) -> dict[str, Any]:
    return schemas.commented(schemas.tidy(schema), get_origin(target) or target)


def _raw_name(target: Any) -> str:
    """As msgspec names it: ``Page_Post_``."""
    arguments = getattr(target, "__args__", ())
    origin = get_origin(target) or target
    return str(origin.__name__) + "".join(f"_{one.__name__}_" for one in arguments)


def _name(target: Any) -> str:
    """As people read it: ``PostPage``."""
    arguments = getattr(target, "__args__", ())
    origin = get_origin(target) or target
    return "".join(one.__name__ for one in arguments) + str(origin.__name__)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """``Authorization: Bearer <access>``."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The site's session cookie; a write then needs the header ``X-CSRFToken`` too."""

    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class SchemaView(SpectacularAPIView):
    """``GET /api/schema``: JSON, or YAML for who prefers it."""

    authentication_classes = ()
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]  # noqa: RUF012 — as its base
    # As msgspec's schemas are: 3.0 has no way to say "or null".
    custom_settings = OPENAPI
    generator_class = Generator
    content_negotiation_class = DefaultContentNegotiation


@csrf_exempt  # it writes nothing, and another method than GET is to be told so
def schema_page(request: HttpRequest) -> HttpResponse:
    """``GET /api/docs``: the same for people, as a plain page."""
    if (refusal := only_reads(request)) is not None:
        return refusal
    with patched_settings(OPENAPI):
        schema = Generator().get_schema(public=True)  # type: ignore[no-untyped-call]
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    found = schema["components"]["schemas"]
    return render(
        request,
        "realtime/api.html",
        {
            "info": schema["info"],
            "operations": operations,
            "components": {name: pretty(component) for name, component in found.items()},
        },
    )

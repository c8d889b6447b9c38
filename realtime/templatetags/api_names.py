"""For the page of the API: what a schema that refers to a component is called."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def schema_name(schema: dict[str, Any]) -> str:
    """``Post`` for ``{"$ref": "#/components/schemas/Post"}``; empty where it refers to nothing."""
    return str(schema.get("$ref", "")).rpartition("/")[2]

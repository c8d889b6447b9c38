"""For the pages of the API: what a schema is called, and texts as the code has them."""

import re
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def schema_name(schema: dict[str, Any]) -> str:
    """``Post`` for ``{"$ref": "#/components/schemas/Post"}``; empty where it refers to nothing."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


@register.filter
def code_marks(text: str) -> SafeString:
    """What stands between backticks, as code; the rest is escaped."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 — it is

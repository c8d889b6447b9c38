"""How a person without a picture is drawn, and whom one might like to follow.

Pages alone; ``posts/static/posts/face.js`` draws the same for what arrives later.
"""

from typing import Any

from django import template

from accounts import wire
from accounts.models import User
from accounts.rights import followed_by, parted_from
from accounts.suspension import may_be_here

register = template.Library()

#: As many as tokens.css has.
HUES = 12
PEOPLE = 3


@register.filter
def hue(user_id: str) -> str:
    """The class with a person's hue; empty in the templates that the client copies."""
    return f"hue-{int(str(user_id)[-2:], 16) % HUES}" if user_id else ""


@register.filter
def initial(name: str) -> str:
    """The letter that stands for a name."""
    return name.strip()[:1].upper() if name else ""


@register.simple_tag(takes_context=True)
def people_to_follow(context: dict[str, Any]) -> list[wire.User]:
    """A few whom many follow and the reader does not."""
    reader: User = context["request"].user
    known = User.objects.filter(pk__in=followed_by(reader.pk))
    rows = User.objects.filter(may_be_here(), is_staff=False).exclude(pk=reader.pk)
    rows = rows.exclude(pk__in=known.values("pk")).exclude(parted_from(reader.pk))
    return [wire.User.of(user) for user in rows.order_by("-follower_count", "pk")[:PEOPLE]]

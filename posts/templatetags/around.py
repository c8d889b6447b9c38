"""What goes on around a page: the hashtags that many write under.

Pages alone.
"""

from collections import Counter
from typing import Any

from django import template

from accounts.models import User
from posts.models import PostHashtag
from posts.rights import public_feed

register = template.Library()

#: Hashtags of so many of the newest public posts are counted.
TRENDS_FROM = 200
TRENDS = 8


@register.simple_tag(takes_context=True)
def trends(context: dict[str, Any]) -> list[str]:
    """The tags of the newest posts, the most used first."""
    reader: User = context["request"].user
    newest = list(public_feed(reader.pk).values_list("pk", flat=True)[:TRENDS_FROM])
    tags = PostHashtag.objects.filter(post__in=newest).values_list("tag", flat=True)
    return [tag for tag, _ in Counter(tags).most_common(TRENDS)]

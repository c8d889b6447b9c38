"""Which posts a list asks for: ``?feed=&author=&hashtag=``, each narrowing the one before.

Queries alone; what the reader may see is ``rights.py``'s.
"""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from posts import hashtags
from posts.models import Post, PostHashtag
from posts.rights import home_feed, public_feed
from realtime.rest.ids import parse_id

_FEEDS = {"public": public_feed, "home": home_feed}


def feed(reader: User, query: Mapping[str, str]) -> QuerySet[Post, Post]:
    """The posts, with all that a page of them shows; raises ValidationError."""
    select = _FEEDS.get(query.get("feed", "public"))
    if select is None:
        raise ValidationError({"feed": _("It must be “public” or “home”.")})
    posts = select(reader.pk).select_related("author").prefetch_related("mentions__user")
    if "author" in query:
        posts = posts.filter(author=_author(query["author"]))
    if "hashtag" in query:
        tagged = PostHashtag.objects.filter(tag=_tag(query["hashtag"])).values("post")
        posts = posts.filter(pk__in=tagged)
    return posts


def _author(text: str) -> UUID:
    key = parse_id(text)
    if key is None:
        raise ValidationError({"author": _("It is no id.")})
    return key


def _tag(text: str) -> str:
    tag = hashtags.normalize(text)
    if tag is None:
        raise ValidationError({"hashtag": _("It is no hashtag.")})
    return tag

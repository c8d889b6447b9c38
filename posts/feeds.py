"""Which posts a list asks for: ``?feed=&author=&hashtag=``, each narrowing the one before.

Queries alone; what the reader may see is ``rights.py``'s.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rights import followed_by
from posts import hashtags
from posts.models import Post, PostHashtag
from posts.rights import home_feed, public_feed
from posts.words import HashtagFollow
from realtime.rest.ids import parse_id
from realtime.rest.pagination import Sources

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


def sources(reader: User, query: Mapping[str, str]) -> Sources:
    """Where the posts of a feed come from that has no index of its own; see ``rows_beside``."""
    if "hashtag" in query:
        return tagged([_tag(query["hashtag"])])
    if query.get("feed") == "home" and "author" not in query:
        return home_sources(reader.pk)
    return ()


def home_sources(reader_id: UUID) -> Sources:
    """Whom one follows, oneself, and the hashtags that one follows."""
    # As values: a database that is given a question here asks it of every post.
    authors = [reader_id, *followed_by(reader_id)]
    tags = list(HashtagFollow.objects.filter(user=reader_id).values_list("tag", flat=True))
    written = (Post.objects.filter(author__in=authors), "pk")
    return (written, *tagged(tags)) if tags else (written,)


def tagged(tags: Sequence[str]) -> Sources:
    """What stands under any of these hashtags."""
    return ((PostHashtag.objects.filter(tag__in=tags), "post_id"),)


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

"""What pages of posts show: a part of a feed, the comments of a thread.

Reads alone, and only after ``accounts.page_context.frame()`` has read the cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Follow, User
from accounts.page_context import reader_of
from accounts.rights import followed_by
from posts import wire
from posts.models import Comment, Post
from posts.rights import liked
from posts.words import HashtagFollow
from realtime.rest.ids import parse_id
from realtime.rest.pagination import Sources, Span, rows_beside

PAGE = 20
COMMENTS = 50


@dataclass(frozen=True)
class Feed:
    """Which posts a list is of, so that the client can tell what belongs to it."""

    kind: str
    title: str
    #: What to say when there is nothing in it.
    nothing: str
    #: The REST list of the same posts.
    api: str
    key: str = ""
    #: A page of the past follows nothing new.
    is_older: bool = False
    sources: Sources = ()


def cards(request: HttpRequest, posts: QuerySet[Post, Post], feed: Feed) -> dict[str, Any]:
    """A page of a feed, newest first, and the way to the older ones."""
    reader = reader_of(request)
    before = parse_id(request.GET.get("before", ""))
    rows = posts.select_related("author").prefetch_related("mentions__user")
    page = rows_beside(rows, Span(PAGE, before), sources=feed.sources)
    is_more, page = len(page) > PAGE, page[:PAGE]
    query = request.GET.copy()
    if is_more:
        query["before"] = str(page[-1].pk)
    return {
        "feed": feed,
        "posts": shown(reader, page),
        "followed": followed_among(reader, page),
        "older": f"?{query.urlencode()}" if is_more else "",
        "follows": _follows(reader) if feed.kind == "home" else None,
    }


def shown(reader: User, posts: Sequence[Post]) -> list[wire.Post]:
    """Posts as this reader sees them."""
    likes = liked(reader, posts)
    return [wire.Post.of(post, is_liked=post.pk in likes) for post in posts]


def followed_among(reader: User, posts: Sequence[Post]) -> set[str]:
    """Those of the posts' authors whom the reader follows."""
    rows = Follow.objects.filter(follower=reader, followed__in={post.author_id for post in posts})
    return {str(pk) for pk in rows.values_list("followed_id", flat=True)}


def comments(request: HttpRequest, rows: QuerySet[Comment, Comment]) -> dict[str, Any]:
    """The newest comments, oldest first, and the way to the earlier ones."""
    before = parse_id(request.GET.get("before", ""))
    rows = rows.filter(pk__lt=before) if before else rows
    page = list(rows.select_related("author").order_by("-pk")[: COMMENTS + 1])
    is_more, page = len(page) > COMMENTS, page[:COMMENTS]
    return {
        "comments": [wire.Comment.of(comment) for comment in reversed(page)],
        "earlier": f"?before={page[-1].pk}" if is_more else "",
        "is_older": before is not None,
    }


def _follows(reader: User) -> dict[str, list[str]]:
    """Whose posts and which tags make the reader's home feed."""
    tags = HashtagFollow.objects.filter(user=reader).values_list("tag", flat=True)
    return {"users": [str(pk) for pk in followed_by(reader.pk)], "tags": list(tags)}

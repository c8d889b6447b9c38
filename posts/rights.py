"""Who may see which posts and comments: one rule for lists, rooms, replay and every action.

Queries alone; nothing here writes.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.rights import followed_by, parted_from
from posts.models import Comment, Like, Post, PostHashtag
from posts.words import HashtagFollow
from realtime.errors import NotFound
from realtime.rest.ids import parse_id


def visible_posts(reader_id: UUID) -> QuerySet[Post, Post]:
    """What the reader may see now: public, one's own, of those whom one follows; never parted.

    What is hidden is there for nobody, its author included.
    """
    hidden = User.objects.filter(parted_from(reader_id)).values("pk")
    return Post.objects.filter(_reaches(reader_id), hidden_at=None).exclude(author__in=hidden)


def _reaches(reader_id: UUID, post: str = "") -> Q:
    """Selects what was written for the reader too; ``post`` leads from a row to its post."""
    return (
        Q(**{f"{post}visibility": Post.Visibility.PUBLIC})
        | Q(**{f"{post}author": reader_id})
        | Q(**{f"{post}author__in": followed_by(reader_id)})
    )


def visible_comments(reader_id: UUID) -> QuerySet[Comment, Comment]:
    """The comments of those that the reader may see, under posts that the reader may see."""
    hidden = User.objects.filter(parted_from(reader_id)).values("pk")
    under = Comment.objects.filter(
        _reaches(reader_id, "post__"), post__hidden_at=None, hidden_at=None
    )
    return under.exclude(author__in=hidden).exclude(post__author__in=hidden)


def public_feed(reader_id: UUID) -> QuerySet[Post, Post]:
    """What is said to everybody."""
    return visible_posts(reader_id).filter(visibility=Post.Visibility.PUBLIC)


def home_feed(reader_id: UUID) -> QuerySet[Post, Post]:
    """One's own, and what followed authors write and what stands under followed hashtags."""
    tags = HashtagFollow.objects.filter(user=reader_id).values("tag")
    tagged = PostHashtag.objects.filter(tag__in=tags).values("post")
    return visible_posts(reader_id).filter(
        Q(author=reader_id) | Q(author__in=followed_by(reader_id)) | Q(pk__in=tagged)
    )


def visible_post(reader: User, post_id: UUID | str) -> Post:
    """The post of this id; raises NotFound where the reader may not know of it."""
    key = parse_id(str(post_id))
    post = visible_posts(reader.pk).select_related("author").filter(pk=key).first() if key else None
    if post is None:
        raise NotFound("there is no such post")
    return post


def visible_comment(reader: User, comment_id: UUID | str) -> Comment:
    """The comment of this id, with its post; raises NotFound, as above."""
    key = parse_id(str(comment_id))
    comments = visible_comments(reader.pk).select_related("author", "post")
    comment = comments.filter(pk=key).first() if key else None
    if comment is None:
        raise NotFound("there is no such comment")
    return comment


def liked(reader: User, posts: Collection[Post]) -> set[UUID]:
    """Ids of those of the posts that the reader likes."""
    return set(
        Like.objects.filter(user=reader, post__in=[post.pk for post in posts]).values_list(
            "post_id", flat=True
        )
    )


def posts_still_seen(user_id: str, post_ids: Collection[str]) -> set[str]:
    """Of these posts those that the user may see now: asked by every replay."""
    rows = visible_posts(UUID(user_id)).filter(pk__in=post_ids)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def comments_still_seen(user_id: str, comment_ids: Collection[str]) -> set[str]:
    """Of these comments those that the user may see now."""
    rows = visible_comments(UUID(user_id)).filter(pk__in=comment_ids)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}

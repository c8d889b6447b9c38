"""What happens to posts: the payloads, and whom each concerns.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries but those that the rows given here make.
"""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from accounts.wire import User
from posts.wire import Comment, Post, Version
from realtime.events import Count, Event, Id, Time, timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from posts import models

#: Of a post for followers the second and the last.
POST_ROOMS = ("public", "following:<authorId>", "hashtag:<tag>", "post:<postId>")
Reason = Literal["author", "moderation", "visibility"]


class PostCreated(Event, frozen=True, kw_only=True):
    """A post was written."""

    type: ClassVar[str] = "post:created"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    post: Post
    author: User
    timestamp: Time

    @classmethod
    def of(cls, post: "models.Post") -> Self:
        wire = Post.of(post)
        return cls(post=wire, author=wire.author, timestamp=wire.created_at)


class PostUpdated(Event, frozen=True, kw_only=True):
    """A post's text or visibility was changed, or it is there again."""

    type: ClassVar[str] = "post:updated"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    post: Post
    author: User
    timestamp: Time

    @classmethod
    def of(cls, post: "models.Post", *, at: "datetime") -> Self:
        wire = Post.of(post)
        return cls(post=wire, author=wire.author, timestamp=timestamp(at))


class PostDeleted(Event, frozen=True, kw_only=True):
    """A post is gone, or gone for those who get this."""

    type: ClassVar[str] = "post:deleted"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    post_id: Id
    reason: Reason
    timestamp: Time

    @classmethod
    def of(cls, post: "models.Post", *, reason: Reason, at: "datetime") -> Self:
        return cls(post_id=str(post.pk), reason=reason, timestamp=timestamp(at))


class PostLiked(Event, frozen=True, kw_only=True):
    """A user likes a post."""

    type: ClassVar[str] = "post:liked"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    post_id: Id
    user_id: Id
    like_count: Count
    version: Version
    timestamp: Time

    @classmethod
    def of(cls, like: "models.Like", *, at: "datetime") -> Self:
        return cls(
            post_id=str(like.post_id),
            user_id=str(like.user_id),
            like_count=like.post.like_count,
            version=like.post.version,
            timestamp=timestamp(at),
        )


class PostUnliked(Event, frozen=True, kw_only=True):
    """A user does not like a post any more."""

    type: ClassVar[str] = "post:unliked"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    post_id: Id
    user_id: Id
    like_count: Count
    version: Version
    timestamp: Time

    @classmethod
    def of(cls, like: "models.Like", *, at: "datetime") -> Self:
        return cls(
            post_id=str(like.post_id),
            user_id=str(like.user_id),
            like_count=like.post.like_count,
            version=like.post.version,
            timestamp=timestamp(at),
        )


class CommentAdded(Event, frozen=True, kw_only=True):
    """A comment was written. ``version`` is the post's."""

    type: ClassVar[str] = "comment:added"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    comment: Comment
    post_id: Id
    comment_count: Count
    version: Version
    timestamp: Time

    @classmethod
    def of(cls, comment: "models.Comment") -> Self:
        wire = Comment.of(comment)
        return cls(
            comment=wire,
            post_id=wire.post_id,
            comment_count=comment.post.comment_count,
            version=comment.post.version,
            timestamp=wire.created_at,
        )


class CommentUpdated(Event, frozen=True, kw_only=True):
    """A comment's text was changed, or it is there again."""

    type: ClassVar[str] = "comment:updated"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    comment: Comment
    post_id: Id
    comment_count: Count
    version: Version
    timestamp: Time

    @classmethod
    def of(cls, comment: "models.Comment", *, at: "datetime") -> Self:
        wire = Comment.of(comment)
        return cls(
            comment=wire,
            post_id=wire.post_id,
            comment_count=comment.post.comment_count,
            version=comment.post.version,
            timestamp=timestamp(at),
        )


class CommentDeleted(Event, frozen=True, kw_only=True):
    """A comment is gone."""

    type: ClassVar[str] = "comment:deleted"
    sent_to: ClassVar[tuple[str, ...]] = POST_ROOMS
    comment_id: Id
    post_id: Id
    comment_count: Count
    reason: Reason
    version: Version
    timestamp: Time

    @classmethod
    def of(cls, comment: "models.Comment", *, reason: Reason, at: "datetime") -> Self:
        return cls(
            comment_id=str(comment.pk),
            post_id=str(comment.post_id),
            comment_count=comment.post.comment_count,
            reason=reason,
            version=comment.post.version,
            timestamp=timestamp(at),
        )

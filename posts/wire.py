"""Posts and comments as clients see them: in answers, events, pages and frames alike.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries but those that the rows given here make.
"""

from typing import TYPE_CHECKING, Literal, Self, cast

from msgspec import UNSET, UnsetType

from accounts.wire import User
from realtime.events import Wire, timestamp

if TYPE_CHECKING:
    from posts import models

Visibility = Literal["public", "followers"]


class Post(Wire, frozen=True, kw_only=True):
    """Something said to everybody, or to the author's followers."""

    id: str
    author: User
    body: str
    #: Normalized, in the order of the body.
    hashtags: list[str]
    mentions: list[User]
    visibility: Visibility
    like_count: int
    comment_count: int
    #: About the reader; left out where there are many.
    is_liked: bool | UnsetType = UNSET
    created_at: str
    updated_at: str
    #: Counts every change, likes and comments too.
    version: int

    @classmethod
    def of(cls, post: "models.Post", *, is_liked: bool | UnsetType = UNSET) -> Self:
        return cls(
            id=str(post.pk),
            author=User.of(post.author),
            body=post.body,
            hashtags=post.hashtags,
            mentions=[User.of(user) for user in post.mentioned],
            visibility=cast(Visibility, str(post.visibility)),
            like_count=post.like_count,
            comment_count=post.comment_count,
            is_liked=is_liked,
            created_at=timestamp(post.created_at),
            updated_at=timestamp(post.updated_at),
            version=post.version,
        )


class Comment(Wire, frozen=True, kw_only=True):
    """Something said under a post."""

    id: str
    post_id: str
    author: User
    body: str
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, comment: "models.Comment") -> Self:
        return cls(
            id=str(comment.pk),
            post_id=str(comment.post_id),
            author=User.of(comment.author),
            body=comment.body,
            created_at=timestamp(comment.created_at),
            updated_at=timestamp(comment.updated_at),
            version=comment.version,
        )


class LikeState(Wire, frozen=True, kw_only=True):
    """How the likes of a post stand, for the reader who has just changed theirs."""

    like_count: int
    is_liked: bool
    version: int


class HashtagState(Wire, frozen=True, kw_only=True):
    """Whether the reader follows a hashtag."""

    is_followed: bool

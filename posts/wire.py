"""Posts and comments as clients see them: in answers, events, pages and frames alike.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries but those that the rows given here make.
"""

from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from msgspec import UNSET, Meta, UnsetType

from accounts.wire import User
from realtime.events import Count, Id, Time, Wire, timestamp

if TYPE_CHECKING:
    from posts import models

Visibility = Literal["public", "followers"]
#: Counts every change, a post's likes and comments too: ignore what is older than what you have.
Version = Annotated[int, Meta(examples=[7])]


class Post(Wire, frozen=True, kw_only=True):
    """Something said to everybody, or to the author's followers."""

    id: Id
    author: User
    body: Annotated[str, Meta(examples=["It has begun to #rain."])]
    #: Normalized, in the order of the body.
    hashtags: list[Annotated[str, Meta(examples=["rain"])]]
    mentions: list[User]
    visibility: Visibility
    like_count: Count
    comment_count: Count
    #: About the reader; left out where there are many.
    is_liked: bool | UnsetType = UNSET
    created_at: Time
    updated_at: Time
    version: Version

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

    id: Id
    post_id: Id
    author: User
    body: Annotated[str, Meta(examples=["Here too."])]
    created_at: Time
    updated_at: Time
    version: Version

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

    like_count: Count
    is_liked: bool
    version: Version


class HashtagState(Wire, frozen=True, kw_only=True):
    """Whether the reader follows a hashtag."""

    is_followed: bool

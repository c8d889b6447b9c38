"""Whom an event of a post reaches, whom it concerns, and what it tells of.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only: nothing here publishes.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.rooms import following_room
from posts.rooms import post_room, post_rooms, reach_rooms
from realtime.events import Audience, Effect, Forget, Recall, Vacate

if TYPE_CHECKING:
    from posts.models import Comment, Like, Post, Reach


def _people(*user_ids: UUID) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, user_ids)))


def subject(kind: str, pk: UUID) -> str:
    """How the log names what an event tells of."""
    return f"{kind}:{pk}"


def of_post(post: "Post") -> Audience:
    """All rooms of a post; after an edit also those that it had before."""
    rooms: Iterable[str] = post_rooms(post)
    if post.before is not None and not narrows(post):
        rooms = dict.fromkeys((*rooms, *reach_rooms(post, post.before)))
    return Audience(
        rooms=tuple(rooms),
        people=_people(post.author_id),
        subjects=(subject("post", post.pk),),
    )


def of_gone_post(post: "Post") -> Audience:
    """All rooms of a post; it tells of no subject, for it outlives the post."""
    return Audience(rooms=post_rooms(post), people=_people(post.author_id))


def gone_effects(post: "Post") -> list[Effect]:
    """A deleted post is not told of again, and its thread is empty."""
    return [
        Forget(subject=subject("post", post.pk)),
        Vacate(room=post_room(post.pk), reason="deleted"),
    ]


def narrows(post: "Post") -> bool:
    """Whether the save that is going on takes a public post from those who do not follow."""
    was: Reach | None = post.before
    if was is None or was.is_hidden or post.is_hidden:
        return False
    return was.visibility == "public" and post.visibility != "public"


def hides(post: "Post") -> bool:
    """Whether the save that is going on takes the post from everybody."""
    return post.before is not None and post.is_hidden and not post.before.is_hidden


def restores(post: "Post") -> bool:
    """Whether the save that is going on brings a hidden post back."""
    return post.before is not None and post.before.is_hidden and not post.is_hidden


def of_hidden_post(post: "Post", was: "Reach") -> Audience:
    """All rooms that it had; like a deletion it tells of no subject."""
    return Audience(rooms=reach_rooms(post, was), people=_people(post.author_id))


def hidden_effects(post: "Post") -> list[Effect]:
    """To everybody it is as if the post were gone; it may come back."""
    return [
        Forget(subject=subject("post", post.pk), forever=False),
        Vacate(room=post_room(post.pk), reason="moderation"),
    ]


def of_those_left_out(post: "Post", was: "Reach") -> Audience:
    """Who saw the public post and may not see it now that it is for followers."""
    return Audience(
        rooms=reach_rooms(post, was),
        except_rooms=(following_room(post.author_id),),
        people=_people(post.author_id),
    )


def left_out_effects(post: "Post") -> list[Effect]:
    """To all but followers it is as if the post were gone; it may come back."""
    followers = following_room(post.author_id)
    return [
        Forget(subject=subject("post", post.pk), unless=followers, forever=False),
        Vacate(room=post_room(post.pk), unless=followers, reason="visibility"),
    ]


def widening_effects(post: "Post") -> list[Effect]:
    """What was told of a post that is everybody's again may be told again.

    Of one for followers, restored, only to followers: it may have been everybody's before.
    """
    if restores(post) and post.visibility != "public":
        followers = following_room(post.author_id)
        return [Forget(subject=subject("post", post.pk), unless=followers, forever=False)]
    widened = post.before is not None and post.before.visibility != post.visibility
    if post.is_hidden or narrows(post) or not (widened or restores(post)):
        return []
    return [Recall(subject=subject("post", post.pk), room=post_room(post.pk))]


def of_like(like: "Like") -> Audience:
    """The post's rooms, from the post as it is under its lock."""
    return Audience(
        rooms=post_rooms(like.post),
        people=_people(like.post.author_id, like.user_id),
        subjects=(subject("post", like.post_id),),
    )


def of_comment(comment: "Comment") -> Audience:
    """The post's rooms, from the post as it is under its lock; nobody's while it is hidden."""
    return Audience(
        rooms=() if comment.is_hidden else post_rooms(comment.post),
        people=_people(comment.post.author_id, comment.author_id),
        subjects=(subject("post", comment.post_id), subject("comment", comment.pk)),
    )


def hides_comment(comment: "Comment") -> bool:
    """Whether the save that is going on takes the comment from everybody."""
    return comment.was_counted and comment.is_hidden


def restores_comment(comment: "Comment") -> bool:
    """Whether the save that is going on brings a hidden comment back."""
    return not comment.was_counted and not comment.is_hidden


def recalled_comment(comment: "Comment") -> Effect:
    """What was told of a comment that is there again may be told again."""
    return Recall(subject=subject("comment", comment.pk))


def of_gone_comment(comment: "Comment") -> Audience:
    """The post's rooms; of the post it tells, of the comment no more. One hidden before: nobody."""
    return Audience(
        rooms=post_rooms(comment.post) if comment.was_counted else (),
        people=_people(comment.post.author_id, comment.author_id),
        subjects=(subject("post", comment.post_id),),
    )

"""Announces what happens to posts. It announces; it does not act.

Life of an event:  save → **signal** → event → log → bus → hub → consumer → browser
Imported by ``apps.py`` only. What a cascade takes along is told by what it hangs on: ``origin``.
"""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User, user_leaves
from posts import audiences
from posts.actions import withdraw
from posts.events import (
    CommentAdded,
    CommentDeleted,
    CommentUpdated,
    PostCreated,
    PostDeleted,
    PostLiked,
    PostUnliked,
    PostUpdated,
)
from posts.models import Comment, HashtagFollow, Like, Post
from posts.rooms import hashtag_room
from realtime.events import Enter, Exit, Forget
from realtime.publish import change_rights, publish


@receiver(post_save, sender=Post, dispatch_uid="posts.announce_post")
def announce_post(instance: Post, created: bool, raw: bool, **kwargs: Any) -> None:
    """A first save is news, a later one is an edit, a fixture is neither."""
    if raw:
        return
    if audiences.hides(instance):
        announce_hiding(instance)
        return
    if audiences.narrows(instance):
        announce_narrowing(instance)
    event = PostCreated.of(instance) if created else PostUpdated.of(instance, at=_at(instance))
    publish(event, audiences.of_post(instance), effects=audiences.widening_effects(instance))


def _at(post: Post) -> datetime:
    """When it was changed; to restore it is no edit."""
    return timezone.now() if audiences.restores(post) else post.updated_at


def announce_hiding(post: Post) -> None:
    """To all who saw it the post is gone, and what was told of it is not told again."""
    assert post.before is not None and post.hidden_at is not None
    event = PostDeleted.of(post, reason="moderation", at=post.hidden_at)
    to = audiences.of_hidden_post(post, post.before)
    publish(event, to, effects=audiences.hidden_effects(post))


def announce_narrowing(post: Post) -> None:
    """Before those who follow hear of the edit, the others hear that the post is gone."""
    assert post.before is not None
    event = PostDeleted.of(post, reason="visibility", at=post.updated_at)
    to = audiences.of_those_left_out(post, post.before)
    publish(event, to, effects=audiences.left_out_effects(post))


@receiver(post_delete, sender=Post, dispatch_uid="posts.announce_deleted_post")
def announce_deleted_post(instance: Post, **kwargs: Any) -> None:
    """Of all that was under it nothing else is told."""
    event = PostDeleted.of(instance, reason=instance.deletion_reason, at=timezone.now())
    to = audiences.of_gone_post(instance)
    publish(event, to, effects=audiences.gone_effects(instance))


@receiver(post_save, sender=Like, dispatch_uid="posts.announce_like")
def announce_like(instance: Like, created: bool, raw: bool, **kwargs: Any) -> None:
    """The count is the one under the post's lock."""
    if created and not raw:
        event = PostLiked.of(instance, at=instance.created_at)
        publish(event, audiences.of_like(instance))


@receiver(post_delete, sender=Like, dispatch_uid="posts.announce_unlike")
def announce_unlike(instance: Like, origin: object, **kwargs: Any) -> None:
    """Not when it goes with its post."""
    if origin is instance:
        event = PostUnliked.of(instance, at=timezone.now())
        publish(event, audiences.of_like(instance))


@receiver(post_save, sender=Comment, dispatch_uid="posts.announce_comment")
def announce_comment(instance: Comment, created: bool, raw: bool, **kwargs: Any) -> None:
    """A first save is news, a later one is an edit, a fixture is neither."""
    if raw:
        return
    if created:
        publish(CommentAdded.of(instance), audiences.of_comment(instance))
    elif audiences.hides_comment(instance):
        announce_hidden_comment(instance)
    else:
        restored = audiences.restores_comment(instance)
        event = CommentUpdated.of(instance, at=timezone.now() if restored else instance.updated_at)
        recall = [audiences.recalled_comment(instance)] if restored else []
        publish(event, audiences.of_comment(instance), effects=recall)


def announce_hidden_comment(comment: Comment) -> None:
    """To all who saw it the comment is gone; it may come back."""
    assert comment.hidden_at is not None
    event = CommentDeleted.of(comment, reason="moderation", at=comment.hidden_at)
    forget = Forget(subject=audiences.subject("comment", comment.pk), forever=False)
    publish(event, audiences.of_gone_comment(comment), effects=[forget])


@receiver(post_delete, sender=Comment, dispatch_uid="posts.announce_deleted_comment")
def announce_deleted_comment(instance: Comment, origin: object, **kwargs: Any) -> None:
    """Not when it goes with its post."""
    if origin is instance:
        event = CommentDeleted.of(instance, reason=instance.deletion_reason, at=timezone.now())
        forget = Forget(subject=audiences.subject("comment", instance.pk))
        publish(event, audiences.of_gone_comment(instance), effects=[forget])


@receiver(post_save, sender=HashtagFollow, dispatch_uid="posts.enter_hashtag")
def enter_hashtag(instance: HashtagFollow, created: bool, raw: bool, **kwargs: Any) -> None:
    """From here on what has the hashtag reaches the follower. It is news to nobody else."""
    if created and not raw:
        room = hashtag_room(instance.tag)
        change_rights(Enter(user=str(instance.user_id), room=room, reason="followed"))


@receiver(post_delete, sender=HashtagFollow, dispatch_uid="posts.leave_hashtag")
def leave_hashtag(instance: HashtagFollow, origin: object, **kwargs: Any) -> None:
    """From here on it does not, but where its page is open. A deleted user's sockets close."""
    if origin is instance:
        user, room = str(instance.user_id), hashtag_room(instance.tag)
        change_rights(Exit(user=user, room=room, reason="unfollowed", keep_asked=True))


@receiver(user_leaves, dispatch_uid="posts.withdraw")
def withdraw_with_the_user(user: User, **kwargs: Any) -> None:
    """Each thing by its own road, so that each is told."""
    withdraw(user)

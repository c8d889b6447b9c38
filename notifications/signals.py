"""Announces notifications, and has them made and withdrawn with their causes.

Life of an event:  save → **signal** → event → log → bus → hub → consumer → browser
Imported by ``apps.py`` only. All of it is part of the transaction of what it answers to. A like
or follow that is taken back leaves its notification: it was so, and comes but once.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from accounts.models import Block, Follow, User, user_leaves
from notifications import actions
from notifications.audiences import of_notification
from notifications.events import NotificationNew
from notifications.models import Notification
from posts.audiences import hides, hides_comment, narrows, restores_comment
from posts.models import Comment, Like, Post
from realtime.publish import publish


@receiver(post_save, sender=Notification, dispatch_uid="notifications.announce")
def announce_notification(instance: Notification, created: bool, raw: bool, **kwargs: Any) -> None:
    """A fixture is no news."""
    if created and not raw:
        publish(NotificationNew.of(instance), of_notification(instance))


@receiver(post_save, sender=Like, dispatch_uid="notifications.tell_of_like")
def tell_of_like(instance: Like, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw:
        actions.tell_of_like(instance)


@receiver(post_save, sender=Comment, dispatch_uid="notifications.tell_of_comment")
def tell_of_comment(instance: Comment, created: bool, raw: bool, **kwargs: Any) -> None:
    """An edit is no second comment; one that is hidden was none, until it is there again."""
    if raw:
        return
    if created or restores_comment(instance):
        actions.tell_of_comment(instance)
    elif hides_comment(instance):
        actions.withdraw_about_hidden(comment=instance)


@receiver(post_save, sender=Post, dispatch_uid="notifications.tell_of_mentions")
def tell_of_mentions(instance: Post, raw: bool, **kwargs: Any) -> None:
    """After an edit, those who are named or may see it only now; of one that is hidden, nobody."""
    if raw:
        return
    if hides(instance):
        actions.withdraw_about_hidden(post=instance)
        return
    if narrows(instance):
        actions.withdraw_from_strangers(instance)
    actions.tell_of_mentions(instance)


@receiver(post_save, sender=Follow, dispatch_uid="notifications.tell_of_follow")
def tell_of_follow(instance: Follow, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw:
        actions.tell_of_follow(instance)


@receiver(pre_delete, sender=Post, dispatch_uid="notifications.withdraw_about_post")
def withdraw_about_post(instance: Post, **kwargs: Any) -> None:
    """Before the cascade, which would take them without a word."""
    actions.withdraw_about_post(instance)


@receiver(pre_delete, sender=Comment, dispatch_uid="notifications.withdraw_about_comment")
def withdraw_about_comment(instance: Comment, origin: object, **kwargs: Any) -> None:
    """Not when it goes with its post: then they have gone already."""
    if origin is instance:
        actions.withdraw_about_comment(instance)


@receiver(post_delete, sender=Follow, dispatch_uid="notifications.withdraw_from_former_follower")
def withdraw_from_former_follower(instance: Follow, origin: object, **kwargs: Any) -> None:
    """Not when it goes with one of the two."""
    if origin is instance:
        actions.withdraw_from_former_follower(instance)


@receiver(post_save, sender=Block, dispatch_uid="notifications.withdraw_between")
def withdraw_between(instance: Block, created: bool, raw: bool, **kwargs: Any) -> None:
    """An end of the block brings nothing back."""
    if created and not raw:
        actions.withdraw_between(instance)


@receiver(user_leaves, dispatch_uid="notifications.withdraw_caused_by")
def withdraw_caused_by(user: User, **kwargs: Any) -> None:
    """What the user was told goes with the user."""
    actions.withdraw_caused_by(user)

"""Announces what happens between people, and to their rights. It announces; it does not act.

Life of an event:  save → **signal** → event → log → bus → hub → consumer → browser
Imported by ``apps.py`` only.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import logins, places
from accounts.attempts import place_of
from accounts.events import UserBlocked, UserFollowed, UserUnblocked, UserUnfollowed
from accounts.models import Block, Follow, User
from accounts.rooms import following_room, user_room
from realtime.events import Audience, Close, Enter, Exit, Meet, Part, Vacate
from realtime.frames import CloseCode
from realtime.publish import change_rights, publish


def _own_tabs(user_id: UUID) -> Audience:
    """Those of the one who did it.

    It concerns nobody else, not even whom it was done to: across a block a replay would leave it
    out, and a tab that was away would go on following who has blocked its user.
    """
    return Audience(rooms=(user_room(user_id),))


@receiver(post_save, sender=Follow, dispatch_uid="accounts.announce_follow")
def announce_follow(instance: Follow, created: bool, raw: bool, **kwargs: Any) -> None:
    """From here on the author's posts reach the follower."""
    if created and not raw:
        room = following_room(instance.followed_id)
        enter = Enter(user=str(instance.follower_id), room=room, reason="followed")
        publish(UserFollowed.of(instance), _own_tabs(instance.follower_id), effects=[enter])


@receiver(post_delete, sender=Follow, dispatch_uid="accounts.announce_unfollow")
def announce_unfollow(instance: Follow, origin: object, **kwargs: Any) -> None:
    """From here on they do not. With a deleted user the rows go in silence: see below."""
    if origin is instance:
        room = following_room(instance.followed_id)
        leave = Exit(user=str(instance.follower_id), room=room, reason="unfollowed")
        publish(UserUnfollowed.of(instance), _own_tabs(instance.follower_id), effects=[leave])


@receiver(post_save, sender=Block, dispatch_uid="accounts.announce_block")
def announce_block(instance: Block, created: bool, raw: bool, **kwargs: Any) -> None:
    """From here on neither gets anything of the other."""
    if created and not raw:
        part = Part(one=str(instance.blocker_id), other=str(instance.blocked_id))
        publish(UserBlocked.of(instance), _own_tabs(instance.blocker_id), effects=[part])


@receiver(post_delete, sender=Block, dispatch_uid="accounts.announce_unblock")
def announce_unblock(instance: Block, origin: object, **kwargs: Any) -> None:
    """From here on they do, unless the other has blocked too."""
    if origin is instance:
        meet = Meet(one=str(instance.blocker_id), other=str(instance.blocked_id))
        effects = [] if instance.is_mutual else [meet]
        publish(UserUnblocked.of(instance), _own_tabs(instance.blocker_id), effects=effects)


@receiver(post_save, sender=User, dispatch_uid="accounts.close_suspended")
def close_suspended(instance: User, created: bool, raw: bool, **kwargs: Any) -> None:
    """Who may not log in has no open sockets either. Nothing ends a suspension but the time."""
    if instance.is_suspended and not (created or raw):
        change_rights(Close(code=CloseCode.FORBIDDEN, user=str(instance.pk)))


@receiver(pre_save, sender=User, dispatch_uid="accounts.look_at_staff")
def look_at_staff(
    instance: User, raw: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """Whether this save takes staff status away; what the instance was read with may be old."""
    writes = not raw and (update_fields is None or "is_staff" in update_fields)
    may_end = writes and not (instance.is_staff or instance._state.adding)
    instance.leaves_staff = may_end and User.objects.filter(pk=instance.pk, is_staff=True).exists()


@receiver(post_save, sender=User, dispatch_uid="accounts.leave_staff")
def leave_staff(instance: User, **kwargs: Any) -> None:
    """Who is staff no more leaves its room at once, in every process."""
    if instance.leaves_staff:
        change_rights(Exit(user=str(instance.pk), room="staff", reason="staff"))


@receiver(post_save, sender=User, dispatch_uid="accounts.end_logins_of_old_password")
def end_logins_of_old_password(instance: User, created: bool, raw: bool, **kwargs: Any) -> None:
    """Wherever it was changed: by page, REST, admin or shell. A hash made anew is no change."""
    # Where Django notes a password that was set, until it is saved.
    is_new = getattr(instance, "_password", None) is not None
    if is_new and not (created or raw):
        logins.end_others(instance, instance.kept_login)


@receiver(post_delete, sender=User, dispatch_uid="accounts.close_deleted")
def close_deleted(instance: User, **kwargs: Any) -> None:
    """One entry for all followers, however many they are."""
    room = following_room(instance.pk)
    change_rights(
        Close(code=CloseCode.FORBIDDEN, user=str(instance.pk)),
        Vacate(room=room, reason="deleted"),
    )


@receiver(user_logged_in, dispatch_uid="accounts.open_session_login")
def open_session_login(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A session is a login too, so that ending it closes its sockets; and its address is known."""
    logins.open_session(request.session, user)
    places.remember(user, place_of(request))


@receiver(user_logged_out, dispatch_uid="accounts.end_session_login")
def end_session_login(request: HttpRequest, **kwargs: Any) -> None:
    """Sent before the session is flushed."""
    logins.end_session(request.session)

"""Whom an event of a notification reaches, whom it concerns, and what it tells of.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only: nothing here publishes.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.rooms import user_room
from realtime.events import Audience, Effect, Forget

if TYPE_CHECKING:
    from notifications.models import Notification


def subject(kind: str, pk: UUID) -> str:
    """How the log names what an event tells of."""
    return f"{kind}:{pk}"


def own_tabs(user_id: UUID) -> Audience:
    """The recipient, wherever they are logged in."""
    return Audience(rooms=(user_room(user_id),))


def of_notification(notification: "Notification") -> Audience:
    """The recipient, as long as they may know of the actor and of what was done to what."""
    people = (str(notification.actor_id),) if notification.actor_id else ()
    return Audience(
        rooms=(user_room(notification.recipient_id),),
        people=people,
        subjects=tuple(_subjects(notification)),
    )


def _subjects(notification: "Notification") -> Iterable[str]:
    # What a moderator tells of may be hidden by now; that they were told stays.
    if notification.kind != "moderation":
        if notification.post_id:
            yield subject("post", notification.post_id)
        if notification.comment_id:
            yield subject("comment", notification.comment_id)
    yield subject("notification", notification.pk)


def forgotten(ids: Iterable[UUID]) -> list[Effect]:
    """That there were these notifications is not told again."""
    return [Forget(subject=subject("notification", pk), forever=False) for pk in ids]

"""Notifications as clients see them: in answers, events, pages and frames alike.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries but those that the rows given here make.
"""

from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from msgspec import Meta

from accounts.wire import User
from realtime.events import Count, Id, Time, Wire, timestamp

if TYPE_CHECKING:
    from notifications import models

Kind = Literal["like", "comment", "mention", "follow", "moderation"]
Priority = Literal["high", "normal", "low"]

#: How much of a stir each makes.
PRIORITIES: dict[Kind, Priority] = {
    "mention": "high",
    "moderation": "high",
    "comment": "normal",
    "follow": "normal",
    "like": "low",
}
#: For readers of English, and for clients that know no better; pages have their own, by kind.
SENTENCES: dict[Kind, str] = {
    "like": "{} liked your post",
    "comment": "{} commented on your post",
    "mention": "{} mentioned you in a post",
    "follow": "{} started following you",
}


class Notification(Wire, frozen=True, kw_only=True):
    """Something that one user should know of."""

    id: Id
    kind: Kind
    priority: Priority
    #: Who did it; null where it was the site.
    actor: User | None
    post_id: Id | None
    comment_id: Id | None
    #: A sentence in plain English.
    text: Annotated[str, Meta(examples=["愛子 liked your post"])]
    is_read: bool
    created_at: Time

    @classmethod
    def of(cls, notification: "models.Notification") -> Self:
        kind = cast(Kind, str(notification.kind))
        actor = User.of(notification.actor) if notification.actor else None
        return cls(
            id=str(notification.pk),
            kind=kind,
            priority=cast(Priority, str(notification.priority)),
            actor=actor,
            post_id=str(notification.post_id) if notification.post_id else None,
            comment_id=str(notification.comment_id) if notification.comment_id else None,
            text=notification.text or sentence(kind, actor),
            is_read=notification.is_read,
            created_at=timestamp(notification.created_at),
        )


def sentence(kind: Kind, actor: User | None) -> str:
    """What a notification says that has no words of its own; names are the actor's of today."""
    return SENTENCES[kind].format(actor.display_name if actor else "Somebody")


class UnreadState(Wire, frozen=True, kw_only=True):
    """How much is left, for the reader who has just read something."""

    unread_count: Count

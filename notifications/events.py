"""What happens to a user's notifications.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Values only; no Django, no queries but those that the rows given here make. ``unread_count`` is
the one after the event, under the lock of the user's inbox: a client takes it as it is.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal, Self
from uuid import UUID

from notifications.wire import Notification, Priority
from realtime.events import Count, Event, Id

if TYPE_CHECKING:
    from notifications import models


class NotificationNew(Event, frozen=True, kw_only=True):
    """There is something that a user should know of."""

    type: ClassVar[str] = "notification:new"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    notification: Notification
    user_id: Id
    priority: Priority
    unread_count: Count

    @classmethod
    def of(cls, notification: "models.Notification") -> Self:
        wire = Notification.of(notification)
        return cls(
            notification=wire,
            user_id=str(notification.recipient_id),
            priority=wire.priority,
            unread_count=notification.unread_count,
        )


class NotificationRead(Event, frozen=True, kw_only=True):
    """Some of a user's notifications are read, or gone: which of the two a client need not know."""

    type: ClassVar[str] = "notification:read"
    sent_to: ClassVar[tuple[str, ...]] = ("user:<userId>",)
    notification_ids: list[Id] | Literal["all"]
    user_id: Id
    unread_count: Count

    @classmethod
    def of(cls, user_id: UUID, ids: Iterable[UUID] | Literal["all"], *, unread: int) -> Self:
        return cls(
            notification_ids="all" if ids == "all" else [str(pk) for pk in ids],
            user_id=str(user_id),
            unread_count=unread,
        )

"""Unread counts that are wrong, and their correction.

The models keep the counts true; this is for after raw SQL, ``bulk_create()`` or a restored table.
"""

from uuid import UUID

from django.db.models import Count

from notifications.audiences import own_tabs
from notifications.events import NotificationRead
from notifications.models import Inbox, Notification
from realtime.publish import publish
from realtime.transactions import atomic


def suspects() -> list[UUID]:
    """Users whose count looks wrong; some may only have been counted between two looks."""
    unread = Notification.objects.filter(is_read=False).order_by().values_list("recipient")
    real = dict(unread.annotate(count=Count("pk")))
    kept = dict(Inbox.objects.values_list("user", "unread"))
    return sorted(pk for pk in real.keys() | kept.keys() if real.get(pk, 0) != kept.get(pk, 0))


def recount(user_id: UUID) -> int:
    """Set a user's count right and tell their tabs; by how much it was wrong."""
    with atomic():
        Inbox.objects.hold(user_id)
        inbox = Inbox.objects.get(user=user_id)
        real = Notification.objects.of(user_id).filter(is_read=False).count()
        if wrong_by := inbox.unread - real:
            Inbox.objects.filter(pk=inbox.pk).update(unread=real)
            publish(NotificationRead.of(user_id, [], unread=real), own_tabs(user_id))
        return wrong_by

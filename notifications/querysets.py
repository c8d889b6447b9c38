"""Notifications that are never read and never go without being counted and told.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
These are bulk writes, which no signal sees: so what is news in them is published here.
"""

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db import models

from notifications.audiences import forgotten, own_tabs
from notifications.events import NotificationRead
from notifications.inboxes import Inbox
from realtime.publish import publish
from realtime.transactions import atomic

if TYPE_CHECKING:
    from notifications.models import Notification  # noqa: F401 — ruff does not read the strings

#: Notifications that one event names at most, so that no frame grows without bound.
NAMED_AT_ONCE = 500


class Notifications(models.QuerySet["Notification", "Notification"]):
    """Some notifications, of one recipient or of many."""

    def of(self, user_id: UUID) -> "Notifications":
        """Those of one recipient."""
        return self.filter(recipient=user_id)

    def mark_read(self, user_id: UUID, named: list[UUID] | Literal["all"]) -> int:
        """The user has read these of theirs; how many are left in all. Told only if it is news.

        ``named`` is what the event calls them.
        """
        unread = self.of(user_id).filter(is_read=False)
        with atomic():
            if unread.exists():
                Inbox.objects.hold(user_id)
                changed = unread.update(is_read=True)  # 0 when another tab was faster
                left = Inbox.objects.add(user_id, -changed)
                if changed:
                    publish(NotificationRead.of(user_id, named, unread=left), own_tabs(user_id))
            return Inbox.objects.unread_of(user_id)

    def delete(self, *, forget: bool = True) -> tuple[int, dict[str, int]]:
        """Take them out of their inboxes and tell each recipient's tabs.

        ``forget=False`` where the log forgets anyway what they are about.
        """
        deleted = 0
        with atomic():
            recipients = self.order_by().values_list("recipient_id", flat=True).distinct()
            held = sorted(recipients)
            Inbox.objects.hold(*held)
            for user_id in held:
                # Only under the lock: some may have been read, or be gone, since we looked.
                rows = list(self.of(user_id).order_by("pk").values_list("pk", "is_read"))
                for start in range(0, len(rows), NAMED_AT_ONCE):
                    self._withdraw(user_id, dict(rows[start : start + NAMED_AT_ONCE]), forget)
                deleted += len(rows)
        return deleted, {self.model._meta.label: deleted}

    def _withdraw(self, user_id: UUID, was_read: dict[UUID, bool], forget: bool) -> None:
        """Delete these of one recipient, whose lock is held; id → whether it was read."""
        # Django's own deletion: this class's would come back here.
        self.model._base_manager.filter(pk__in=was_read).delete()
        left = Inbox.objects.add(user_id, -list(was_read.values()).count(False))
        event = NotificationRead.of(user_id, was_read, unread=left)
        publish(event, own_tabs(user_id), effects=forgotten(was_read) if forget else ())

"""How much each user has not read, counted; ``notifications.models`` has it with the rest.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
All that happens to one user's notifications happens under the row lock of their inbox, so that
every event carries the count of its moment. Who needs several takes them in the order of ids,
after the locks of users and posts, never before them.
"""

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import F

from realtime.models import Model
from realtime.transactions import atomic


class Inboxes(models.QuerySet["Inbox", "Inbox"]):
    """Counts, and the locks that keep them exact. Who has no row has read everything."""

    def hold(self, *user_ids: UUID) -> None:
        """Take these users' locks until the transaction ends, in the order of ids."""
        for user_id in sorted(set(user_ids)):
            # Nothing changes; it is the lock, without SELECT … FOR UPDATE, on every database.
            while not self.filter(user=user_id).update(unread=F("unread")):
                with suppress(IntegrityError), atomic():  # when another made it meanwhile
                    self.create(user_id=user_id)

    def add(self, user_id: UUID, by: int) -> int:
        """Change a count, which takes its lock; the count as it is then."""
        if not self.filter(user=user_id).update(unread=F("unread") + by):
            self.hold(user_id)
            self.filter(user=user_id).update(unread=F("unread") + by)
        return self.unread_of(user_id)

    def unread_of(self, user_id: UUID) -> int:
        """How many notifications the user has not read."""
        return self.filter(user=user_id).values_list("unread", flat=True).first() or 0


class Inbox(Model):
    """One user's notifications, counted; made when there is a first one to count."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    unread = models.PositiveIntegerField(default=0, editable=False)

    objects = Inboxes.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "inboxes"

    def __str__(self) -> str:
        return f"{self.user}: {self.unread} unread"

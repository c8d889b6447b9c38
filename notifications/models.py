"""What users should know of, and how much of it they have not read.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
A save or delete keeps the recipient's count true, whoever calls it. Who is told of what is
``actions.py``'s; why it is told once is the unique ``cause``.
"""

from collections.abc import Iterable
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.inboxes import Inbox
from notifications.querysets import Notifications
from notifications.wire import PRIORITIES, Kind
from posts.models import Comment, Post
from realtime.models import Model
from realtime.transactions import atomic

__all__ = ["Inbox", "Notification"]


class Notification(Model):
    """Something that one user should know of."""

    class Kind(models.TextChoices):
        LIKE = "like", _("like")
        COMMENT = "comment", _("comment")
        MENTION = "mention", _("mention")
        FOLLOW = "follow", _("follow")
        MODERATION = "moderation", _("moderation")

    class Priority(models.TextChoices):
        HIGH = "high", _("high")
        NORMAL = "normal", _("normal")
        LOW = "low", _("low")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    #: By the kind.
    priority = models.CharField(max_length=8, choices=Priority, editable=False)
    #: What happened, in one word for all times that it did: there is one notification of it.
    cause = models.CharField(max_length=128, unique=True, editable=False)
    #: Who did it; empty where it was the site.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="caused", null=True, blank=True
    )
    post = models.ForeignKey(Post, models.CASCADE, null=True, blank=True)
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, blank=True)
    #: Its own words; empty where the kind says it all.
    text = models.TextField(blank=True)
    is_read = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = Notifications.as_manager()

    #: The recipient's count as it was after the save.
    unread_count = 0

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("recipient", "-id"), name="notifications_of_a_user"),
            models.Index(fields=("recipient", "is_read", "-id"), name="unread_of_a_user"),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Counts it first, which takes the lock; raises IntegrityError where it was told before.

        Of one that is there it never writes ``is_read``, which is counted: see ``mark_read()``.
        """
        with atomic():
            if self._state.adding:
                self.priority = PRIORITIES[cast(Kind, str(self.kind))]
                self.cause = self.cause or f"{self.kind}:{self.pk}"
                self.unread_count = Inbox.objects.add(self.recipient_id, int(not self.is_read))
            else:
                kwargs["update_fields"] = self._uncounted(kwargs.get("update_fields"))
            super().save(*args, **kwargs)

    def _uncounted(self, named: Iterable[str] | None) -> set[str]:
        kept = {"id", "is_read"}
        if named is not None:
            return set(named) - kept
        fields = {field.attname for field in self._meta.concrete_fields}
        return fields - kept - self.get_deferred_fields()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Nothing when another was faster."""
        return Notification.objects.filter(pk=self.pk).delete()

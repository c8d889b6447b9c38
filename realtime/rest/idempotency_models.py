"""The table of Idempotency-Keys; ``realtime.models`` has it with the log's.

Only ``idempotency.py`` reads and writes it.
"""

from uuid import uuid4

from django.db import models
from django.utils import timezone

from realtime.fields import KeyField
from realtime.keys import uuid7


class IdempotencyKey(models.Model):
    """A key that a user sent with a write, and the answer, once there is one."""

    id = KeyField(primary_key=True, default=uuid7, editable=False)
    #: The user's id; the engine knows no users.
    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    #: Of method, path and body: what the key stands for.
    request = models.CharField(max_length=64)
    #: Who is at it: whoever takes over from a request that crashed sets it anew.
    claim = models.UUIDField(default=uuid4)
    claimed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    #: Null while the first request is running.
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="key_once"),)

    def __str__(self) -> str:
        return f"{self.key} of {self.owner}"

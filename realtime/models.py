"""The base of all models, and the two tables of the log.

Life of an event:  save → signal → event → **log** → bus → hub → consumer → browser
Only ``log.py`` reads and writes the log's tables.
"""

from typing import Any

from django.db import models

from realtime.fields import KeyField, OneRowField, SequenceField
from realtime.keys import uuid7
from realtime.rest.idempotency_models import IdempotencyKey as IdempotencyKey
from realtime.transactions import atomic


class Model(models.Model):
    """A row with a UUIDv7 key whose save and delete commit together with what they announce."""

    id = KeyField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Under autocommit post_save would run after the row is committed.
        with atomic():
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with atomic():
            return super().delete(*args, **kwargs)


class LogEntry(models.Model):
    """One event, or one change of rights, in the order of commits once ``seq`` is given."""

    # Assigned by the database, ascending: process clocks must not order anything.
    id = SequenceField(primary_key=True)
    #: Place in the order: contiguous from 1, given after commit; null until then.
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    #: Empty for an entry that is only a change of rights.
    type = models.CharField(max_length=64, blank=True)
    #: The outermost subject, to find all that was told of it.
    root = models.CharField(max_length=64, blank=True, db_index=True)
    #: The subject that is gone with this entry, until all that was told of it is erased.
    erases = models.CharField(max_length=64, blank=True)
    #: The rest of the entry as JSON: ``rooms``, ``payload`` and so on (see ``log.Record``).
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    #: When ``seq`` was given: the frame's ``ts``.
    numbered_at = models.DateTimeField(null=True, editable=False, db_index=True)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "log entries"
        permissions = (("reconnect_sockets", "Can ask sockets to reconnect"),)
        indexes = (models.Index("id", name="log_unnumbered", condition=models.Q(seq__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.seq or '…'} {self.type or 'rights'}"


class LogHead(models.Model):
    """The one row whose lock makes the order: how far the log is numbered and how far trimmed."""

    id = OneRowField(primary_key=True, default=1)
    epoch = models.CharField(max_length=32)
    #: The newest number given.
    last_seq = models.BigIntegerField(default=0)
    #: The newest number that was trimmed; what follows it is there without a hole.
    floor_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.epoch}: {self.floor_seq + 1} to {self.last_seq}"

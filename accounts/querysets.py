"""Querysets of rows that count or announce: what is deleted in bulk goes through each row.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Deletion, and what lies between two users; reading and bulk updates stay Django's.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from realtime.transactions import atomic

if TYPE_CHECKING:
    from accounts.models import Block, Follow  # noqa: F401 — what the querysets below are of

Row = TypeVar("Row", bound=models.Model)


class RowByRow(models.QuerySet[Row, Row]):
    """Deletes each row by its own ``delete()``, so that the admin's bulk action counts too."""

    def delete(self, **how: Any) -> tuple[int, dict[str, int]]:
        deleted: Counter[str] = Counter()
        with atomic():
            # In the order of keys: two of these at once must not wait for each other in a ring.
            for row in self.order_by("pk"):
                deleted.update(row.delete(**how)[1])
        return deleted.total(), dict(deleted)


class Follows(RowByRow["Follow"]):
    """Follows, found by whom they join."""

    def between(self, one: UUID, other: UUID) -> "Follows":
        """Those of the one by the other, either way."""
        return self.filter(Q(follower=one, followed=other) | Q(follower=other, followed=one))


class Blocks(RowByRow["Block"]):
    """Blocks, found by whom they part."""

    def between(self, one: UUID, other: UUID) -> "Blocks":
        """Those of the one against the other, either way."""
        return self.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one))

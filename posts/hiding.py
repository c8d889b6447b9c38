"""What a moderator hides, for a while or for good: it is there, and exists for nobody.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
``hide()`` and ``restore()`` are the only road. An ordinary save leaves ``hidden_at`` as the
database has it: an edit that began before would otherwise bring back what was hidden meanwhile.
"""

from datetime import datetime
from typing import TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import RowByRow
from realtime.transactions import atomic


class Hideable(models.Model):
    """Something written that can be hidden."""

    #: Since when it exists for nobody, not even its author.
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    def hide(self) -> bool:
        """From now on it exists for nobody; False when it was so. Raises NotFound."""
        return self.turn(timezone.now())

    def restore(self) -> bool:
        """It is there again; False when it was never away. Raises NotFound."""
        return self.turn(None)

    def turn(self, hidden_at: datetime | None) -> bool:
        """Hide or restore this row as the database has it, under its post's lock."""
        raise AssertionError("each kind does this in its own way")


Row = TypeVar("Row", bound=Hideable)


class Hideables(RowByRow[Row]):
    """Hides and restores many, each by its own road, so that each is told."""

    #: The order in which rows take their posts' locks.
    lock_order: tuple[str, ...] = ("pk",)

    def hide(self) -> int:
        """How many were there before."""
        with atomic():
            return sum(row.hide() for row in self.order_by(*self.lock_order))

    def restore(self) -> int:
        """How many were hidden before."""
        with atomic():
            return sum(row.restore() for row in self.order_by(*self.lock_order))

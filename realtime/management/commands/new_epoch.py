"""``manage.py new_epoch``: a step of every restore of the database."""

from typing import Any

from django.core.management.base import BaseCommand

from realtime import log
from realtime.transactions import atomic


class Command(BaseCommand):
    """A restored log is not the continuation of what clients have seen: they must begin anew."""

    help = "Names the log anew after a restore, so that clients fetch afresh."

    def handle(self, **options: Any) -> None:
        """Change the epoch; the numbers go on."""
        with atomic():
            head = log.locked_head()
            head.epoch = log.new_epoch()
            head.save(update_fields=["epoch"])
        # Read again: on PostgreSQL the timeline is part of what clients see.
        self.stdout.write(f"The log's epoch is now {log.head().epoch}.")

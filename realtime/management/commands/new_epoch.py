"""``manage.py new_epoch``: a step of every restore of the database."""

from typing import Any

from django.core.management.base import BaseCommand

from realtime import log


class Command(BaseCommand):
    """A restored log is not the continuation of what clients have seen: they must begin anew."""

    help = "Names the log anew after a restore, so that clients fetch afresh."

    def handle(self, **options: Any) -> None:
        """Change the epoch; the numbers go on."""
        self.stdout.write(f"The log's epoch is now {log.begin_anew()}.")

"""``manage.py recount_unread``: sets the counts of unread notifications right."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.recount import recount, suspects


class Command(BaseCommand):
    """May run beside the site: each count is corrected under its lock, and told."""

    help = "Counts everybody's unread notifications again and corrects what is wrong."

    def handle(self, **options: Any) -> None:
        """Say how many were wrong."""
        wrong = sum(recount(user_id) != 0 for user_id in suspects())
        self.stdout.write(f"{wrong} wrong, now right." if wrong else "All counts are right.")

"""``manage.py recount``: likes, comments, followers and followed are counted anew.

Says what was wrong. Safe beside a running site. What nobody has read is ``recount_unread``'s.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import counts as people
from accounts.counts import wrong_counts
from posts import counts as posts


class Command(BaseCommand):
    """Counts anew, and says what was wrong."""

    help = "Count likes, comments, followers and followed anew; say what was wrong, correct it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        found = 0
        for counter in (*people.COUNTERS, *posts.COUNTERS):
            for wrong in wrong_counts(counter, correct=not dry_run):
                found += 1
                self.stdout.write(str(wrong))
        done = "to correct" if dry_run else "corrected"
        self.stdout.write(f"{found} {done}" if found else "all counts are right")

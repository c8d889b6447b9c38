"""``manage.py trim_log``: erases what was deleted and trims what is old, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from realtime import retention
from realtime.conf import conf


class Command(BaseCommand):
    """Server processes do the same once a minute; this is for where none runs."""

    help = "Erases from the log what was deleted, and deletes what is older than its retention."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", type=int, metavar="SECONDS", help="default: REALTIME_LOG_RETENTION"
        )

    def handle(self, *, keep: int | None, **options: Any) -> None:
        """Say how many entries went."""
        seconds = conf().log_retention if keep is None else keep
        if seconds < 0:
            raise CommandError(f"--keep {seconds}: at least 0 is needed.")
        self.stdout.write(f"{retention.keep(seconds)} entries were trimmed.")

"""``manage.py protocol``: write anew what is made from the events, commands, errors and rooms."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime_site import contract


class Command(BaseCommand):
    help = "Write the tables, schemas and types that tell clients of the protocol."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where one is stale"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = contract.stale()
        if check and stale:
            raise CommandError(f"stale: {', '.join(stale)}; `manage.py protocol` writes them anew")
        made = contract.files()
        for name in stale:
            path = Path(settings.BASE_DIR) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name])
            self.stdout.write(f"written: {name}")

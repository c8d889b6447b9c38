"""``manage.py watch_changes``: what other programs write into MongoDB becomes events."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    """One process for the site; it needs a replica set, as all change streams do."""

    help = "Announces what other programs write straight into MongoDB; Ctrl-C ends it."

    def handle(self, **options: Any) -> None:
        """Read until interrupted."""
        if connection.vendor != "mongodb":
            raise CommandError("Only MongoDB tells of changes that others make.")
        from realtime.mongodb.watch import watch

        url = connection.settings_dict["HOST"]
        try:
            asyncio.run(watch(url, ready=lambda: self.stdout.write("Watching.", ending="\n")))
        except KeyboardInterrupt:
            self.stderr.write("")

"""``manage.py demo``: the site on one's own machine, with people in it who act by themselves.

For looking at, never for serving: it is development mode, on the loopback address alone.
"""

import logging
import os
import socket
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from realtime.server import run
from realtime_site.demo.life import Life
from realtime_site.demo.people import PASSWORD, STAFF, VISITORS
from realtime_site.demo.seed import seed

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Serve the site with demo people and simulated activity. Ctrl-C ends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="delete the data, begin anew")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, fresh: bool, port: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo makes an admin whose password everybody knows: it runs with DEBUG=1 only."
            )
        try:
            self._prepare(fresh, port)
        except KeyboardInterrupt:
            return
        # What is worth reading is in the box; the rest only when something is wrong.
        for name in ("uvicorn", "realtime.access"):
            logging.getLogger(name).setLevel(logging.WARNING)
        life = Life(Random())
        life.start()
        try:
            run(host=HOST, port=port)
        except KeyboardInterrupt:
            pass
        finally:
            life.stop()
        self.stdout.write("\nGood-bye. ./run demo goes on from here, ./run demo --fresh anew.")

    def _prepare(self, fresh: bool, port: int) -> None:
        require_free(port)
        if fresh:
            forget_everything()
        call_command("migrate", verbosity=0)
        seed(Random(1))
        connection.close()
        self.stdout.write(welcome(port))
        self.stdout.flush()  # a log file shows it at once, too


def require_free(port: int) -> None:
    """Return when we could listen there; raises CommandError with what to do instead."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CommandError(
                f"Port {port} is taken. Try another: PORT={port + 1} ./run demo"
            ) from None


def forget_everything() -> None:
    """Delete the database file; raises CommandError where the database is not one."""
    if connection.vendor != "sqlite":
        raise CommandError("--fresh deletes SQLite files only; empty this database yourself.")
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)


def welcome(port: int) -> str:
    """Where to go, and as whom."""
    url = f"http://{HOST}:{port}"
    lines = [
        "The demo is on",
        "",
        f"    {url}",
        "",
        f"Log in as    {' or '.join(person.username for person in VISITORS)}",
        f"Password     {PASSWORD}",
        f"Admin        {url}/admin/ as {STAFF.username}, same password",
        "",
        "Open two windows beside each other, one private, as two people.",
        "Ctrl-C ends it.",
    ]
    width = max(map(len, lines))
    rule = "─" * (width + 4)
    inside = [f"│  {line:<{width}}  │" for line in lines]
    return "\n".join(["", f"╭{rule}╮", *inside, f"╰{rule}╯", ""])

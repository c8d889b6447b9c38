"""``manage.py doctor``: says in words what is wrong with this installation, and how to mend it."""

import textwrap
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from realtime.conf import conf
from realtime.doctor import configuration, database, eventlog, layer, machine
from realtime.doctor.finding import Finding, wrong

MARKS = {"ok": "ok", "warning": "look", "wrong": "WRONG"}
WIDTH = 96
INDENT = " " * 17


class Command(BaseCommand):
    """Reads only, and may run beside the servers, with their environment and their limits."""

    help = "Looks at database, Redis, settings, clocks and log. Exit code 1: something is wrong."
    requires_system_checks = ()  # they are among its findings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=1, help="processes on each server")
        parser.add_argument("--servers", type=int, default=1, help="servers of this site")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, workers: int, servers: int, json: bool, **options: Any) -> None:
        """Look at everything, tell it, and end with 1 where something is wrong."""
        if workers < 1 or servers < 1:
            raise CommandError("--workers and --servers: at least 1 is needed.")
        found = list(look(processes=workers * servers, servers=servers))
        is_well = all(one.level != "wrong" for one in found)
        self.stdout.write(_json(found, is_well) if json else _text(found))
        if not is_well:
            raise SystemExit(1)


def look(*, processes: int, servers: int) -> Iterator[Finding]:
    """Everything, in the order in which one would mend it."""
    try:
        limits = conf()
    except ImproperlyConfigured as error:
        yield wrong("settings.refused", str(error), "Set it to what docs/operating.md says.")
        return
    yield from configuration.look(settings, limits)
    yield machine.look(limits)
    of_database = list(database.look(connection, processes=processes, servers=servers))
    yield from of_database
    if all(one.code not in _WITHOUT_LOG or one.level == "ok" for one in of_database):
        yield from eventlog.look()
    yield from layer.look(settings.REDIS_URL, processes=processes)


#: What keeps the log from being looked at.
_WITHOUT_LOG = ("database.unreachable", "database.migrations")


def _json(found: list[Finding], is_well: bool) -> str:
    return msgspec.json.encode({"ok": is_well, "findings": found}).decode()


def _text(found: list[Finding]) -> str:
    lines = []
    for one in found:
        head = f"{one.area:<10} {MARKS[one.level]:<5}"
        lines += textwrap.wrap(f"{head} {one.says}", WIDTH, subsequent_indent=INDENT)
        if one.mend:
            begin = f"{INDENT}→ "
            lines += textwrap.wrap(one.mend, WIDTH, initial_indent=begin, subsequent_indent=INDENT)
    bad = sum(one.level == "wrong" for one in found)
    looks = sum(one.level == "warning" for one in found)
    lines += ["", f"{bad or 'Nothing'} wrong; {looks or 'nothing'} worth a look."]
    return "\n".join(lines)

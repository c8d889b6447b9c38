"""``manage.py doctor``: says in words what is wrong with this installation, and how to mend it."""

import textwrap
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import connection

from realtime.checks import processes
from realtime.conf import conf, site
from realtime.doctor import configuration, database, eventlog, layer, machine
from realtime.doctor.finding import Finding

MARKS = {"ok": "ok", "warning": "look", "wrong": "WRONG"}
WIDTH = 96
INDENT = " " * 17


class Command(BaseCommand):
    """Reads only, and may run beside the servers, with their environment and their limits."""

    help = "Looks at database, Redis, settings, clocks and log. Exit code 1: something is wrong."
    requires_system_checks = ()  # they are among its findings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, json: bool, **options: Any) -> None:
        """Look at everything, tell it, and end with 1 where something is wrong."""
        found = list(look())
        is_well = all(one.level != "wrong" for one in found)
        self.stdout.write(_json(found, is_well) if json else _text(found))
        if not is_well:
            raise SystemExit(1)


def look() -> Iterator[Finding]:
    """Everything, in the order in which one would mend it."""
    yield from configuration.look(settings)
    try:
        yield machine.look(conf())
    except ImproperlyConfigured:
        return  # a check has said so, and nothing else can begin
    of_database = list(database.look(connection, processes=processes()))
    yield from of_database
    if all(one.code not in _WITHOUT_LOG or one.level == "ok" for one in of_database):
        yield from eventlog.look()
    if url := site("REDIS_URL"):
        yield from layer.look(url)


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

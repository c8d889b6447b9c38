"""``manage.py follow <room>``: prints the events of a room as they pass."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from realtime import log
from realtime.envelope import Envelope

#: Seconds between two looks at the log.
LOOK_SECONDS = 0.2


class Command(BaseCommand):
    """Reads the log as any reader does, but for one: it sees everything."""

    help = "Prints the events of a room (or of all) as they pass; Ctrl-C ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room", nargs="?", help="such as public or post:<id>; default: all")
        parser.add_argument("--since", type=int, metavar="SEQ", help="begin behind this number")
        parser.add_argument("--count", type=int, help="end after so many events")

    def handle(
        self, *, room: str | None, since: int | None, count: int | None, **options: Any
    ) -> None:
        """Print until interrupted, or until ``count`` events were printed."""
        position = log.head().last if since is None else since
        printed = 0
        self.stderr.write(f"Following {room or 'all rooms'} behind {position}; Ctrl-C ends it.")
        try:
            while count is None or printed < count:
                log.stamp_and_tell()
                for event in log.read(position):
                    position = event.seq
                    if event.type and (room is None or room in event.rooms) and printed != count:
                        self._print(event)
                        printed += 1
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            self.stderr.write("")

    def _print(self, event: Envelope) -> None:
        number = self.style.HTTP_NOT_MODIFIED(f"{event.seq:>8}")
        kind = self.style.SUCCESS(f"{event.type:<18}")
        payload = bytes(event.payload).decode()
        self.stdout.write(f"{number} {event.ts} {kind} {' '.join(event.rooms)}  {payload}")

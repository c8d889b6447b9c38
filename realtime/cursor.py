"""A cursor: the place in the log up to which a reader has everything that it may see.

To clients it is opaque. Inside are the log's epoch, which is new when a log is not the
continuation of the old one (lost, or restored from a backup), and a ``seq`` in it. Without the
epoch a reader that had seen seq 900 would take the 901st event of a log that began anew for the
next one, and never know of the 900 before it.

Pure.
"""

import re
from typing import NamedTuple

from realtime.errors import InvalidFrame

_TEXT = re.compile(r"([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})", re.ASCII)


class Cursor(NamedTuple):
    """A position: after the event ``seq`` of the log ``epoch``; 0 is before the first one."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that ``str(cursor)`` gave; raises InvalidFrame for any other text."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InvalidFrame(f"cursor: {text[:64]!r} is none that this server gave")
        return cls(match[1], int(match[2]))

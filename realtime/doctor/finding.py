"""What the doctor found: in words, with what to do about it.

Pure: each look at something gives a list of these.
"""

from typing import Literal

import msgspec

Level = Literal["ok", "warning", "wrong"]


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that was looked at. ``code`` names it for machines: ``database.migrations``."""

    level: Level
    code: str
    says: str
    #: What to do; empty where nothing is to be done.
    mend: str = ""

    @property
    def area(self) -> str:
        """What it is about: the first part of the code."""
        return self.code.partition(".")[0]


def ok(code: str, says: str) -> Finding:
    return Finding("ok", code, says)


def warning(code: str, says: str, mend: str) -> Finding:
    """Works now, and is worth a look."""
    return Finding("warning", code, says, mend)


def wrong(code: str, says: str, mend: str) -> Finding:
    """Does not work, or will not when it counts."""
    return Finding("wrong", code, says, mend)

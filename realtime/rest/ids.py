"""Ids as clients write them.

Pure.
"""

import re
from uuid import UUID

_CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parse_id(text: str) -> UUID | None:
    """The id that ``text`` is, in hexadecimal with hyphens; None for everything else."""
    return UUID(text) if _CANONICAL.fullmatch(text) else None

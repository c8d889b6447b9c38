"""Whether a value is as a test expects it.

Pure.
"""

from collections.abc import Mapping
from typing import Any


def matches(wanted: Any, value: Any) -> bool:
    """Whether they are equal; of a mapping only what is wanted counts, at any depth."""
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return all(key in value and matches(one, value[key]) for key, one in wanted.items())
    return bool(wanted == value)


def described(kind: str | None, room: str | None, payload: Any) -> str:
    """What was looked for, in words."""
    text = "event" if kind is None else repr(kind)
    text += "" if room is None else f" in {room!r}"
    return text + ("" if payload is None else f" with {payload!r}")

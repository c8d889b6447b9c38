"""A value that changes at places in the log, and what it was at each of them. Pure."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """A value by seq; a change at ``seq`` holds after that entry."""

    def __init__(self, first: T) -> None:
        self._seqs: list[int] = []
        self._values: list[T] = [first]

    def set(self, seq: int, value: T) -> None:
        """The value from ``seq`` on, which is not before an earlier change."""
        self._seqs.append(seq)
        self._values.append(value)

    def at(self, seq: int) -> T:
        """The value after the entry ``seq``."""
        return self._values[bisect_right(self._seqs, seq)]

    def changes(self, after: int, upto: int) -> Iterator[int]:
        """Where it changes, in (after, upto]."""
        return (seq for seq in self._seqs if after < seq <= upto)

    @property
    def changed(self) -> bool:
        """Whether it ever does."""
        return bool(self._seqs)

"""A process that writes events for a peer to deliver (``pace.py`` says how many and when)."""

from collections.abc import Sequence
from typing import ClassVar

from benchmarks.processes import Steered


class Writer(Steered):
    """A running writer."""

    #: Events written by all of them: their readers see one row of numbers.
    written: ClassVar[int] = 0

    def __init__(self, command: Sequence[str], env: dict[str, str] | None = None) -> None:
        super().__init__(command, env)
        self._await("ready")

    def begin(self, count: int, *, burst: int = 1, interval: float = 0) -> None:
        """Let it write; :meth:`done` waits for its end."""
        self.say(f"{Writer.written + 1} {count} {burst} {interval}")
        Writer.written += count

    def done(self) -> None:
        """Return when it has written all."""
        self._await("done")

    def _await(self, word: str) -> None:
        answer = self.hear().strip()
        if answer != word:
            raise RuntimeError(f"the writer said {answer!r}, not {word!r}")

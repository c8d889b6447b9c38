"""A process that writes events for a peer to deliver (``pace.py`` says how many and when)."""

import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Self

from benchmarks.processes import LOAD_CORE, pinned
from tests.servers import ROOT


class Writer:
    """A running writer."""

    #: Events written by all of them: their readers see one row of numbers.
    written: ClassVar[int] = 0

    def __init__(self, command: Sequence[str], env: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            pinned(LOAD_CORE, command),
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._await("ready")

    def begin(self, count: int, *, burst: int = 1, interval: float = 0) -> None:
        """Let it write; :meth:`done` waits for its end."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{Writer.written + 1} {count} {burst} {interval}\n")
        self._process.stdin.flush()
        Writer.written += count

    def done(self) -> None:
        """Return when it has written all."""
        self._await("done")

    def _await(self, word: str) -> None:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        if answer != word:
            raise RuntimeError(f"the writer said {answer!r}, not {word!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

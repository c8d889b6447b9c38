"""The load client (``load/client.c``): built in a second, steered by lines on its input."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.processes import LOAD_CORE, pinned
from tests.servers import ROOT, program

SOURCE = ROOT / "benchmarks" / "load" / "client.c"
BINARY = ROOT / ".cache" / "benchmarks" / "client"


def build() -> Path:
    """The program, compiled where it is older than its source. Raises Missing without gcc."""
    if BINARY.exists() and BINARY.stat().st_mtime > SOURCE.stat().st_mtime:
        return BINARY
    gcc = program("gcc", "cc", package="gcc libc6-dev")
    BINARY.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([gcc, "-O2", "-o", str(BINARY), str(SOURCE)], check=True)
    return BINARY


class Client:
    """A running load client; ``with`` closes its sockets."""

    def __init__(self, port: int, sockets: int, arguments: Sequence[str]) -> None:
        command = [str(build()), "--control", "--port", str(port), "--sockets", str(sockets)]
        self._process = subprocess.Popen(
            pinned(LOAD_CORE, [*command, *arguments]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def report(self) -> dict[str, Any]:
        """The next line that it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load client ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def mark(self) -> dict[str, Any]:
        """What came since the last report."""
        self._say("mark")
        return self.report()

    def until(self, events: int, seconds: float) -> dict[str, Any]:
        """The same as soon as so many events came, or after so many seconds."""
        self._say(f"until {events} {seconds}")
        return self.report()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

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

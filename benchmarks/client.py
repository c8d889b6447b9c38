"""The load client (``load/client.c``): built in a second, steered by lines on its input."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import Steered
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


class Client(Steered):
    """A running load client; ``with`` closes its sockets."""

    def __init__(self, port: int, sockets: int, arguments: Sequence[str]) -> None:
        command = [str(build()), "--control", "--port", str(port), "--sockets", str(sockets)]
        super().__init__([*command, *arguments])

    def report(self) -> dict[str, Any]:
        """The next line that it prints."""
        line = self.hear()
        if not line:
            raise RuntimeError("the load client ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def mark(self) -> dict[str, Any]:
        """What came since the last report."""
        self.say("mark")
        return self.report()

    def until(self, events: int, seconds: float) -> dict[str, Any]:
        """The same as soon as so many events came, or after so many seconds."""
        self.say(f"until {events} {seconds}")
        return self.report()

"""Processes as the benchmarks see them: on a core, with CPU time and memory. Linux only."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import ROOT

#: The server has a core of its own; client, writer and Redis share the other.
SERVER_CORE = "0"
LOAD_CORE = "1"


def pinned(core: str, command: Iterable[str]) -> list[str]:
    """The command, bound to one core."""
    return ["taskset", "--cpu-list", core, *command]


class Steered:
    """A program on the load's core that is told by lines what to do; ``with`` ends it."""

    def __init__(self, command: Iterable[str], env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            pinned(LOAD_CORE, command),
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> None:
        """Tell it."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """The next line that it prints; empty when it has ended."""
        assert self._process.stdout is not None
        line: str = self._process.stdout.readline()
        return line

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


def go_first() -> None:
    """Go before what else runs on this machine, with all that is started from here, if we may."""
    with suppress(PermissionError):
        os.nice(-15)


def family(pid: int) -> list[int]:
    """A process that began a session, and all that it started."""
    return [one for one in _pids() if _session(one) == pid]


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes so far, of all of their threads."""
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def coarse_cpu_seconds(pids: Iterable[int]) -> float:
    """The same in hundredths, with the time of threads that have ended."""
    ticks = sum(int(one) for pid in pids for one in _stat(pid)[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_kib(pids: Iterable[int]) -> float:
    """Memory of these processes, without the system's buffers for their sockets."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _session(pid: int) -> int | None:
    try:
        return int(_stat(pid)[3])
    except OSError:  # it ended while we looked
        return None


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

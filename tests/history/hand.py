"""The writer process from outside: commands go in, answers come out, and it may be killed."""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.history.record import Json
from tests.servers import ROOT


class Died(Exception):
    """It ended before it answered."""


class Hand:
    """One process that writes (see ``writer_process.py``)."""

    def __init__(self, env: Mapping[str, str], log_file: Path) -> None:
        self._env, self._log_file = dict(env), log_file
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[Json]] = {}
        self._numbers = itertools.count(1)
        #: Set while it stands between its last write and its commit.
        self.is_holding = asyncio.Event()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Returns when it takes commands."""
        ready = asyncio.get_running_loop().create_future()
        self._answers["ready"] = ready
        with self._log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.history.writer_process",
                cwd=ROOT,
                env=self._env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                limit=64_000_000,
                start_new_session=True,
            )
        self._reading = asyncio.create_task(self._read(self._process))
        await asyncio.wait_for(ready, 30)

    async def ask(self, do: str, *, seconds: float = 30, **command: Any) -> Json:
        """Its answer; raises Died, or TimeoutError."""
        if not self.is_running:
            raise Died
        key = str(next(self._numbers))
        answer = self._answers[key] = asyncio.get_running_loop().create_future()
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"id": key, "do": do, **command}).encode() + b"\n")
            await self._process.stdin.drain()
        except OSError:
            raise Died from None
        return await asyncio.wait_for(answer, seconds)

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running:
            os.kill(self._process.pid, number)

    async def kill(self) -> None:
        """Ends it as a power cut would."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with suppress(OSError, ValueError):
            while line := await process.stdout.readline():
                answer = json.loads(line)
                if answer.get("holding"):
                    self.is_holding.set()
                elif (future := self._answers.pop(answer["id"], None)) and not future.done():
                    future.set_result(answer)
        for future in self._answers.values():
            if not future.done():
                future.set_exception(Died())
                future.exception()  # nobody may be waiting any more
        self._answers.clear()

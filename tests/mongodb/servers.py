"""A MongoDB for tests: the one that ``MONGODB_TEST_URL`` names, or an emulator as a process."""

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT, Missing

#: Seconds for an emulator to start.
PATIENCE = 30


class Emulator:
    """``python -m`` of a module that prints its URL and serves until its input ends."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.command, self.log_file = command, folder / "emulator.log"
        self.process: subprocess.Popen[str] | None = None
        self._url = ""

    def start(self) -> None:
        """Start, or start again at the same port; it remembers nothing."""
        port = re.findall(r":(\d+)$", self._url)
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command, *port],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise Missing(f"the emulator did not start: {self.log_file.read_text()[-2_000:]}")
        self._url = self.process.stdout.readline().strip()
        if not self._url:
            raise Missing(f"the emulator did not start: {self.log_file.read_text()[-2_000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def database(self, name: str) -> str:
        """The URL of a database of this name; of who is one process nobody expects haste."""
        patience = "serverSelectionTimeoutMS=60000&connectTimeoutMS=60000"
        return f"{self._url}/{name}?directConnection=true&{patience}"


class Given:
    """A MongoDB that somebody else runs: a replica set."""

    def __init__(self, url: str) -> None:
        self._address, _, self._options = url.partition("?")
        self.process = None

    def start(self) -> None:
        """It is there."""

    def stop(self) -> None:
        """It stays."""

    def database(self, name: str) -> str:
        address = self._address.rstrip("/")
        return f"{address}/{name}" + (f"?{self._options}" if self._options else "")


def is_emulated() -> bool:
    """Whether an emulator stands in, for want of ``MONGODB_TEST_URL``."""
    return not os.environ.get("MONGODB_TEST_URL")


def server(folder: Path) -> Emulator | Given:
    """A MongoDB, or what stands in for it."""
    if is_emulated():
        return Emulator(folder, "tests.mongodb.emulated")
    return Given(os.environ["MONGODB_TEST_URL"])


def name() -> str:
    """What tests ran on, for reports."""
    if is_emulated():
        return "an emulator (mongoeco; change streams: nx-27017), not MongoDB"
    return "MongoDB"

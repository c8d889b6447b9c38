"""What every peer offers to the comparison, and how their packages come here.

Their packages live in ``.cache/benchmarks``, in pinned versions, and are no part of the project.
"""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.processes import LOAD_CORE, SERVER_CORE, pinned
from benchmarks.writer import Writer
from tests.servers import ROOT, Redis, Server, free_port, program

HERE = Path(__file__).parent / "servers"
CACHE = ROOT / ".cache" / "benchmarks"
NODE_PACKAGES = ("socket.io@4.8.4", "@socket.io/redis-adapter@8.3.0", "redis@5.12.1", "ws@8.23.0")
PYTHON_PACKAGES = (
    "Django==5.2.19",
    "channels==4.3.2",
    "channels_redis==4.3.0",
    "daphne==4.2.3",
    "django-eventstream==5.3.4",
    "python-socketio==5.18.1",
    "redis==8.1.0",
    "uvicorn[standard]==0.54.0",
)
#: One room of everybody, and two more for the measure of overlapping rooms.
ROOMS = ("bench", "bench2", "bench3")


class Peer(ABC):
    """One server, started on demand on a free port, with what it needs beside it."""

    name: ClassVar[str]
    title: ClassVar[str]
    #: Far dearer than the others: gets fewer events, or it would never end.
    slow: ClassVar[bool] = False
    needs_redis: ClassVar[bool] = True

    def __init__(self, folder: Path, sockets: int) -> None:
        self.folder, self.sockets = folder, sockets
        self.port = free_port()
        self.redis: Redis | None = None
        self.server: Server | None = None

    def start(self) -> None:
        """Start all; raises Missing where a program is not here."""
        if self.needs_redis:
            (self.folder / "redis").mkdir()
            self.redis = Redis(self.folder / "redis")
            self.redis.command = pinned(LOAD_CORE, self.redis.command)
            self.redis.start()
        self.prepare()
        self.server = self.make_server()
        self.server.command = pinned(SERVER_CORE, self.server.command)
        self.port = self.server.port
        self.server.start()

    def stop(self) -> None:
        """End all that was started."""
        for server in (self.server, self.redis):
            if server is not None:
                server.stop()

    def prepare(self) -> None:  # noqa: B027  # most have nothing to prepare
        """What is to be done before the server starts."""

    @abstractmethod
    def make_server(self) -> Server:
        """The server, not yet started."""

    @abstractmethod
    def client(self, rooms: int) -> Sequence[str]:
        """The load client's arguments for a reader in so many rooms."""

    @abstractmethod
    def writer(self, rooms: int) -> Writer:
        """A process that writes events for readers of so many rooms."""

    def burst_writer(self) -> Writer:
        """The same for bursts."""
        return self.writer(1)

    def _server(self, command: Sequence[str], **env: str) -> Server:
        folder = self.folder / "server"
        folder.mkdir()
        redis = {"REDIS_PORT": str(self.redis.port)} if self.redis else {}
        everything = dict(os.environ) | {"PORT": str(self.port)} | redis | env
        return Server(list(command), port=self.port, folder=folder, env=everything)


def node(script: str) -> list[str]:
    """The command for a peer written in JavaScript."""
    program("node", package="nodejs")
    home = CACHE / "node"
    if not _is_there(home, NODE_PACKAGES):
        npm = program("npm", package="npm")
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}\n')
        command = [npm, "install", "--no-audit", "--no-fund", "--silent", *NODE_PACKAGES]
        subprocess.run(command, cwd=home, check=True)
        _note(home, NODE_PACKAGES)
    target = home / script
    target.write_bytes((HERE / script).read_bytes())  # it finds its packages from there
    return ["node", str(target)]


def python() -> str:
    """The Python of the peers written in Python."""
    home = CACHE / "python"
    if not _is_there(home, PYTHON_PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        command = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--no-input"]
        command += ["--disable-pip-version-check", *PYTHON_PACKAGES]
        subprocess.run(command, check=True)
        _note(home, PYTHON_PACKAGES)
    return str(home / "bin/python")


def _is_there(home: Path, packages: Sequence[str]) -> bool:
    note = home / "installed.txt"
    return note.exists() and note.read_text().split() == list(packages)


def _note(home: Path, packages: Sequence[str]) -> None:
    (home / "installed.txt").write_text("\n".join(packages) + "\n")

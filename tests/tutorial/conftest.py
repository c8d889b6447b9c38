"""A reader of the tutorial: an empty folder, an environment of its own, and the built wheel.

What the wheel depends on is lent by the environment of the tests, so that nothing is fetched; pip
looks whether all of it is there.
"""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import ROOT, Server, free_port
from tests.tutorial.blocks import blocks

#: What a shell of somebody who begins has: none of our settings.
INHERITED = ("HOME", "LANG", "TMPDIR")
PASSWORD = "a-long-way-to-kyoto"


class Beginner:
    """Somebody who does what the tutorial says."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder, self.wheel = folder, wheel
        self.port = free_port()
        self.env = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.env |= {
            "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
        self.server = self._server("runserver", "--noreload", str(self.port))
        #: The same site on the server of production, at the same port.
        self.serve = self._server("serve", "--port", str(self.port))
        #: Lines of the document that a shell is still to do.
        self.later: list[str] = []
        #: Each line that was done, and how many seconds it took.
        self.took: list[tuple[str, float]] = []

    def _server(self, *arguments: str) -> Server:
        command = [f"{self.folder}/.venv/bin/python", "manage.py", *arguments]
        server = Server(command, port=self.port, folder=self.folder, env=self.env)
        server.run_as["cwd"] = self.folder
        return server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, line: str) -> str:
        """Do a line of a shell; its output."""
        done = subprocess.run(
            ["sh", "-ec", line],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def follow(self, document: str) -> None:
        """Do all of a document, until the server runs; what comes after that is in ``later``."""
        for block in blocks(document):
            if block.path is not None:
                block.write(self.folder)
            for line in block.text.splitlines() if block.language == "sh" else ():
                if self.server.process is not None:
                    self.later.append(line)
                else:
                    began = time.monotonic()
                    self._do(line)
                    self.took.append((line, time.monotonic() - began))

    def _do(self, line: str) -> None:
        match line.split():
            case ["python", "-m", "venv", _]:
                self.run(f"{sys.executable} -m venv --without-pip .venv")
                self._lend()
            case [".", ".venv/bin/activate"]:
                pass  # the PATH is as it makes it
            case ["pip", "install", named]:
                wheel = named.strip('"').replace("dist/", f"{self.wheel.parent}/")
                pip = f"{sys.executable} -m pip --python .venv/bin/python --no-input"
                self.run(f'{pip} install --no-index --disable-pip-version-check "{wheel}"')
            case ["python", "manage.py", "createsuperuser", *_]:
                self.run(f"{line} --no-input")
            case ["python", "manage.py", "runserver"]:
                self.server.start()
            case _:
                self.run(line)

    def _lend(self) -> None:
        """Let what is installed for the tests be found, where the project itself is not."""
        (site,) = self.folder.glob(".venv/lib/python*/site-packages")
        (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
        # Programs of what is lent, such as django-admin.
        admin = self.folder / ".venv/bin/django-admin"
        admin.write_text('#!/bin/sh\nexec python -m django "$@"\n')
        admin.chmod(0o755)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's wheel, built from this folder."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def beginner(wheel: Path, server_folder: Callable[[str], Path]):
    """Somebody who has done the tutorial, up to the server that runs."""
    made = Beginner(server_folder("tutorial"), wheel)
    try:
        made.follow("tutorial.md")
        yield made
    finally:
        made.server.stop()
        made.serve.stop()

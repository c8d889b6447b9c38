"""The React package for tests: built once, and its example as a server beside a site.

Two test files need it, in processes of their own: whoever is first builds, the other one waits.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.servers import ROOT, Missing, Server, program

PACKAGE = ROOT / "clients/react"
EXAMPLE = PACKAGE / "example"
MODULES = PACKAGE / "node_modules"
#: Whose files the package is made of, and those of the example.
SOURCES = ("realtime/static/realtime/*.js", "presence/static/presence/*.js", "clients/react/src/*")
SOURCES += ("clients/react/*.js*", "realtime/static/realtime/types/protocol.d.ts")
PAGES = ("clients/react/example/app/*", "clients/react/example/*.js*")


def node() -> str:
    """Node, with what npm installs for the package. Raises Missing."""
    if not (MODULES / ".installed").exists():
        raise Missing("the packages of clients/react are not here: npm ci, which ./run test does")
    path = program("node", "nodejs", package="nodejs")
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()
    if tuple(int(part) for part in version.removeprefix("v").split(".")[:2]) < (20, 9):
        raise Missing(f"Node is {version}; Next.js and what tests the package need 20.9")
    return path


def build_package() -> None:
    """``clients/react/dist``, made anew where a source has changed. Raises Missing."""
    build = [node(), "build.js"]
    _once("package", SOURCES, PACKAGE / "dist", lambda: run(build))


def build_example() -> None:
    """The example as in production. Raises Missing."""
    build_package()
    build = [node(), str(MODULES / "next/dist/bin/next"), "build"]
    _once("example", SOURCES + PAGES, EXAMPLE / ".next", lambda: run(build, cwd=EXAMPLE))


def run(command: list[str], *, cwd: Path = PACKAGE, seconds: float = 240) -> None:
    """A tool of the package; an error that holds what it printed where it finds something."""
    done = subprocess.run(
        command, cwd=cwd, env=_environment(), capture_output=True, text=True, timeout=seconds
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _once(name: str, sources: Iterable[str], made: Path, make: Callable[[], None]) -> None:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in sources for path in ROOT.glob(pattern)):
        digest.update(f"{path}\n".encode() + path.read_bytes())
    stamp = MODULES / f".built-{name}"
    with (MODULES / f".lock-{name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        make()
        stamp.write_text(digest.hexdigest())


def _environment() -> dict[str, str]:
    return {**os.environ, "NEXT_TELEMETRY_DISABLED": "1"}


class Example(Server):
    """The example, at ``localhost``: another site than 127.0.0.1, whose cookies it does not get."""

    def __init__(self, folder: Path, port: int, site_url: str) -> None:
        command = [node(), str(MODULES / "next/dist/bin/next"), "start", str(EXAMPLE)]
        command += ["--port", str(port), "--hostname", "127.0.0.1"]
        env = _environment() | {"REALTIME_URL": site_url}
        super().__init__(command, port=port, folder=folder, env=env)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

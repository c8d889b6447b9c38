"""The same tests on the servers of production: PostgreSQL, where writers do not queue for one
lock as they do on SQLite, and Redis, which others hear too.

Each suite is a test run of its own; they run beside each other.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, Redis, Server

#: What it is → its tests, and whether PostgreSQL and Redis are there.
SUITES = {
    "the engine with Redis": (["-m", "django_db", "tests/realtime"], False, True),
    "the engine on PostgreSQL with Redis": (["-m", "django_db", "tests/realtime"], True, True),
    "races and bad input on PostgreSQL": (
        ["tests/notifications/test_races.py", "tests/posts/test_bad_input.py"],
        True,
        False,
    ),
}
#: Seconds for the slowest; it takes a tenth of that.
PATIENCE = 300


class Run:
    """A test run as a process, with what it prints in a file."""

    def __init__(self, folder: Path, tests: list[str], **environment: str) -> None:
        self._output = folder / "output.log"
        options = ["-q", "-o", f"cache_dir={folder / 'cache'}"]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *options, *tests],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def result(self) -> tuple[int, str]:
        """Its exit code and the end of what it printed, once it is over."""
        return self.process.wait(PATIENCE), self._output.read_text()[-8_000:]


@pytest.fixture(scope="module")
def runs(
    server_folder: Callable[[str], Path], postgres_server: Server, redis_server: Server
) -> Iterator[dict[str, Run]]:
    started: dict[str, Run] = {}
    second = Redis(server_folder("redis"))  # channels cross a Redis' databases, not two of them
    second.start()
    layers = [second, redis_server]
    for number, (name, (tests, on_postgres, with_redis)) in enumerate(SUITES.items()):
        environment = {}
        if on_postgres:
            environment["DATABASE_URL"] = postgres_server.database(f"suite{number}")
        if with_redis:
            # Its client makes tasks of its own.
            cost = "tests/realtime/test_cost.py::test_a_delivery_makes_no_task"
            tests = [*tests, "--deselect", cost]
            environment["REDIS_URL"] = layers.pop().url
        started[name] = Run(server_folder("suite"), tests, **environment)
    yield started
    for run in started.values():
        run.process.kill()
        run.process.wait()
    second.stop()


@pytest.mark.parametrize("name", SUITES)
def test_all_is_the_same(runs: dict[str, Run], postgres_server: Server, name: str) -> None:
    code, output = runs[name].result()
    assert code == 0, output
    assert "deadlock detected" not in postgres_server.log()

"""``./run``, the door: what it says to whom it cannot help."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import ROOT

#: A Python whose venvs hold a Python that takes every order and prints it.
OBEDIENT = 'case "$2" in venv) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;; *) echo "$@" ;; esac'

Run = Callable[..., subprocess.CompletedProcess[str]]

#: What the script itself calls, beside Python.
TOOLS = ("sh", "dirname", "cat", "cksum", "grep", "tr", "id", "ls", "mkdir", "cp", "chmod")


@pytest.fixture
def bare_run(tmp_path: Path) -> Run:
    """``./run`` of a fresh clone, on a machine with a few tools and the given ``python3``."""
    project, tools = tmp_path / "project", tmp_path / "tools"
    tools.mkdir()
    shutil.copytree(ROOT / "requirements", project / "requirements")
    shutil.copy(ROOT / "run", project)
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    def run(*arguments: str, python: str = "") -> subprocess.CompletedProcess[str]:
        if python:
            (tools / "python3").write_text(f"#!{tools}/sh\n{python}\n")
            (tools / "python3").chmod(0o755)
        env = {"PATH": str(tools), "HOME": str(tmp_path)}
        command = [str(project / "run"), *arguments]
        return subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, timeout=60)

    return run


def test_run_without_a_command_tells_what_there_is(bare_run: Run) -> None:
    done = bare_run()
    assert done.returncode == 2
    for command in ("demo", "test", "serve", "manage", "bench"):
        assert f"\n  {command}" in done.stdout


def test_run_does_nothing_for_a_command_that_there_is_not(bare_run: Run) -> None:
    done = bare_run("dmeo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: ./run" in done.stderr


def test_run_asks_for_a_newer_python_where_there_is_none(bare_run: Run) -> None:
    for python in ("", "exit 1"):
        done = bare_run("demo", python=python)
        assert done.returncode == 1
        assert done.stderr == "run: Python 3.11 or newer is needed, and none is on PATH.\n"


def test_run_tells_how_to_get_venv_where_it_is_missing(bare_run: Run) -> None:
    done = bare_run("demo", python='case "$2" in *ensurepip*) exit 1 ;; esac')
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_names_each_missing_part_and_runs_the_other_tests(bare_run: Run) -> None:
    done = bare_run("test", "-k", "posts", python=OBEDIENT)
    assert done.returncode == 0
    for package in ("redis-server", "chromium", "chromium-headless-shell", "nodejs"):
        assert f"to have them: sudo apt-get install {package}\n" in done.stderr
    assert done.stdout.splitlines()[-1] == "-m pytest -n 3 --dist loadfile -k posts"


def test_run_installs_only_when_the_lock_has_changed(bare_run: Run, tmp_path: Path) -> None:
    assert "Installing" in bare_run("manage", "check", python=OBEDIENT).stderr
    assert "Installing" not in bare_run("manage", "check").stderr
    lock = tmp_path / "project/requirements/app.txt"
    lock.write_text(lock.read_text() + "\n")
    done = bare_run("manage", "check")
    assert "Installing" in done.stderr
    assert "--require-hashes --requirement requirements/app.txt" in done.stdout
    assert done.stdout.splitlines()[-1] == "manage.py check"


def test_continuous_integration_runs_what_everybody_runs() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert '/../run" test "$@"' in (ROOT / ".ci/run").read_text()


def test_tests_on_mongodb_are_skipped_with_their_reason_where_none_can_be_had(
    bare_run: Run,
) -> None:
    done = bare_run("test", "--mongo")
    assert done.returncode == 0
    assert "Skipped: MONGODB_TEST_URL names no MongoDB" in done.stderr

"""The tools that read the code, each run as a developer would."""

import subprocess
import sys

import pytest

from tests.guards.source import ROOT


@pytest.mark.parametrize(
    "command",
    [
        "ruff check --no-cache .",
        "ruff format --no-cache --check .",
        "mypy",
        "manage.py makemigrations --check --dry-run",
        "manage.py check --fail-level WARNING",
    ],
)
def test_a_tool_finds_nothing(command: str) -> None:
    first, *arguments = command.split()
    run = [first] if first.endswith(".py") else ["-m", first]
    done = subprocess.run(
        [sys.executable, *run, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""The same on PostgreSQL, where writers do not queue for one lock as they do on SQLite."""

import os
import subprocess
import sys

from tests.guards.source import ROOT


def test_the_races_end_the_same_on_postgresql(postgres_server, tmp_path):
    command = [sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={tmp_path}"]
    done = subprocess.run(
        [*command, "tests/notifications/test_races.py"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": postgres_server.database("notifications")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "deadlock detected" not in postgres_server.log()

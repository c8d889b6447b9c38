"""For pytest on MongoDB: what an emulator is too slow for.

What ``migrate`` writes stays between two tests: elsewhere Django empties it and writes it anew
after each. And who meets others tries again for longer than a user would wait.

Each process of a test run has an emulator of its own, which ends with it.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.commands import flush

from realtime import transactions
from realtime.mongodb.base import Operations
from tests.mongodb import servers

if "PYTEST_XDIST_WORKER" in os.environ and servers.is_emulated():
    _folder = tempfile.TemporaryDirectory(prefix="realtime-mongodb-")
    _mine = servers.server(Path(_folder.name))
    _mine.start()
    os.environ["DATABASE_URL"] = _mine.database("site")  # before the settings are read

#: Permissions, and the groups that have them.
KEPT = {"auth_permission", "auth_group", "auth_group_permissions", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def _permissions_stay() -> Iterator[None]:
    empty = Operations.execute_sql_flush

    def empty_others(self: Operations, tables: list[str]) -> None:
        empty(self, [table for table in tables if table not in KEPT])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Operations, "execute_sql_flush", empty_others)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        patch.setattr(transactions, "PATIENCE_SECONDS", 120.0)
        yield

"""``./run test --mongo``: the suites of the engine and the API on MongoDB, or on what stands in."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.mongodb import servers

#: What runs where no tests are named.
SUITES = (
    "tests/mongodb",
    "tests/realtime",
    "tests/posts",
    "tests/accounts",
    "tests/notifications",
    "tests/moderation",
    "tests/rights",
)
#: Those of them that need a database.
MARKED = "django_db or history"


def main(arguments: list[str]) -> int:
    named = [one for one in arguments if not one.startswith("-")]
    with tempfile.TemporaryDirectory(prefix="realtime-mongodb-") as folder:
        server = servers.server(Path(folder))
        server.start()
        os.environ["DATABASE_URL"] = server.database("site")
        # A socket that only listens waits for an emulator longer than that.
        os.environ.setdefault("REALTIME_PING_TIMEOUT", "600")
        print(f"These tests run on {servers.name()}.", flush=True)
        try:
            return pytest.main(
                ["-p", "tests.mongodb.plugin", *arguments]
                + ([] if named else ["-n", "2", "--dist", "loadfile", "-m", MARKED, *SUITES])
            )
        finally:
            server.stop()
            print(f"These tests ran on {servers.name()}.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

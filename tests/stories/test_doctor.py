"""``manage.py doctor`` as an operator runs it, on a real PostgreSQL and a real Redis."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartSite
from tests.servers import PRODUCTION, ROOT, Postgres, Server, Site

GOOD = PRODUCTION | {
    "ALLOWED_HOSTS": "site.example",
    "HTTPS_ONLY": "1",
    "TRUSTED_PROXIES": "10.0.0.5",
    "REALTIME_MAX_CONNECTIONS": "500",
}

Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def migrated_postgres(postgres_server: Postgres) -> str:
    """The URL of a migrated and empty database."""
    return postgres_server.migrated("doctor")


@pytest.fixture
def doctor(migrated_postgres: str, redis_server: Server) -> Doctor:
    """Runs it with the environment of a good installation, and the given changes."""

    def run(*arguments: str, files: int = 4_096, **changed: str) -> tuple[int, dict[str, Any]]:
        env = {"PATH": "/usr/bin:/bin", "DATABASE_URL": migrated_postgres, **GOOD}
        env |= {"REDIS_URL": redis_server.url, **changed}
        done = subprocess.run(
            [sys.executable, "manage.py", "doctor", "--json", *arguments],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
        )
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        assert answer["ok"] is (done.returncode == 0)
        # How long Redis takes says how busy this machine is; that is looked at elsewhere.
        told = {one["code"]: one["level"] for one in answer["findings"]}
        return done.returncode, told | {"redis.latency": "ok"}

    return run


def worse(found: dict[str, Any]) -> dict[str, Any]:
    """What is not well, but for what these tests' own servers and folders lack."""
    lacking = ("database.not_durable", "settings.static")
    return {c: level for c, level in found.items() if level != "ok" and c not in lacking}


def test_a_good_installation_is_well(doctor: Doctor) -> None:
    _code, found = doctor(WORKERS="4")
    assert worse(found) == {}
    assert (
        found["database.not_durable"] == "warning"
    )  # the tests' PostgreSQL never waits for a disk
    for code in (
        "database.answers",
        "database.connections",
        "clock.postgresql",
        "clock.redis",
        "log.head",
        "log.backlog",
        "redis.memory",
        "files.limit",
    ):
        assert found[code] == "ok"


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"DATABASE_URL": "postgres://u@127.0.0.1:1/x"}, ["database.unreachable"]),
        ({"WORKERS": "5", "SERVERS": "2"}, ["database.connections"]),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, ["redis.unreachable"]),
        ({"SERVERS": "2", "REDIS_URL": ""}, ["settings.realtime.E001", "settings.site.W002"]),
        ({"files": 256}, ["files.limit"]),
        ({"REALTIME_PING_INTERVAL": "soon"}, ["settings.realtime.E002"]),
        ({"TRUSTED_PROXIES": ""}, ["settings.site.E005"]),
    ],
)
def test_what_is_wrong_is_named_and_ends_with_1(
    doctor: Doctor, changed: dict[str, Any], codes: list[str]
) -> None:
    returned, found = doctor(**changed)
    assert returned == 1
    assert list(worse(found)) == codes


def test_a_database_that_is_not_migrated_is_found(
    doctor: Doctor, postgres_server: Postgres
) -> None:
    returned, found = doctor(DATABASE_URL=postgres_server.database("doctor_empty"))
    assert (returned, worse(found)) == (1, {"database.migrations": "wrong"})


def test_a_database_that_takes_no_writes_is_found(
    doctor: Doctor, postgres_server: Postgres, migrated_postgres: str
) -> None:
    _alter(postgres_server, "SET default_transaction_read_only = on")
    try:
        returned, found = doctor()
    finally:
        _alter(postgres_server, "RESET default_transaction_read_only")
    assert (returned, worse(found)) == (1, {"database.read_only": "wrong"})


def _alter(postgres: Postgres, what: str) -> None:
    import psycopg

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE doctor {what}")


def test_a_clock_that_is_not_the_databases_is_found(migrated_postgres: str, tmp_path: Path) -> None:
    code = (
        "import time; from django.db import connection; from realtime.doctor import database;"
        "found = database.look(connection, processes=1, clock=lambda: time.time() + 60);"
        "print(*[one.code for one in found if one.level == 'wrong'])"
    )
    assert Site(tmp_path, migrated_postgres).shell(code) == "clock.postgresql\n"


def test_people_are_told_in_words_what_to_do(start_site: StartSite) -> None:
    site = start_site()
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=site.env | {"REALTIME_MAX_CONNECTIONS": "100", "WORKERS": "2"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert (
        "settings   WRONG The channel layer is in memory, and there are 2 processes" in done.stdout
    )
    assert "→ Set REDIS_URL." in done.stdout
    assert done.stdout.endswith("1 wrong; 4 worth a look.\n"), done.stdout

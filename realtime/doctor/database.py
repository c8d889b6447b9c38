"""The database: whether it answers, is up to date, and can bear what it is asked to bear."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from realtime.doctor.clocks import compare
from realtime.doctor.finding import Finding, ok, warning, wrong

#: As Django 5.2 needs it.
OLDEST_POSTGRESQL = 140_000
#: For commands, for psql, and for whoever else looks at it.
OTHERS = 10
#: What ``PRAGMA synchronous`` says when a commit is on the disk before it is answered.
FULL, EXTRA = 2, 3

Clock = Callable[[], float]


def look(
    connection: BaseDatabaseWrapper, *, processes: int, clock: Clock = time.time
) -> Iterator[Finding]:
    """All of it; where it does not answer, that alone."""
    begun = time.perf_counter()
    try:
        connection.ensure_connection()
        pending = _pending(connection)
    except DatabaseError as error:
        text = str(error).strip() or type(error).__name__
        yield wrong(
            "database.unreachable",
            f"The database does not answer: {text}",
            "See that it runs, and that DATABASE_URL names it, with user and password.",
        )
        return
    milliseconds = (time.perf_counter() - begun) * 1000
    yield ok("database.answers", f"{connection.display_name} answers ({milliseconds:.0f} ms).")
    yield _migrations(pending)
    if connection.vendor == "sqlite":
        yield from _sqlite(connection)
    elif connection.vendor == "postgresql":
        yield from _postgresql(connection, processes, clock)
    elif connection.vendor == "mongodb":
        yield from _mongodb(connection)


def _pending(connection: BaseDatabaseWrapper) -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _migrations(pending: list[str]) -> Finding:
    if not pending:
        return ok("database.migrations", "All migrations are applied.")
    return wrong(
        "database.migrations",
        f"{len(pending)} migrations are not applied, the first is {pending[0]}.",
        "Run `./run manage migrate`.",
    )


def _sqlite(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    journal = str(_one(connection, "PRAGMA journal_mode")).lower()
    if journal != "wal":
        yield wrong(
            "database.sqlite_journal",
            f"SQLite's journal is {journal!r}, not WAL: readers and writers wait for each other.",
            "Put the file on a local disk, where WAL is possible, and start again.",
        )
    if int(_one(connection, "PRAGMA synchronous")) not in (FULL, EXTRA):
        yield wrong(
            "database.not_durable",
            "SQLite answers a commit before it is on the disk: a power cut loses events.",
            "Set PRAGMA synchronous=FULL, as the site's own settings do.",
        )


def _postgresql(connection: BaseDatabaseWrapper, processes: int, clock: Clock) -> Iterator[Finding]:
    version = int(_one(connection, "SHOW server_version_num"))
    yield postgresql_version(version)
    most = int(_one(connection, "SHOW max_connections"))
    kept = int(_one(connection, "SHOW superuser_reserved_connections"))
    pool = connection.settings_dict["OPTIONS"].get("pool")
    size = int(pool["max_size"]) if isinstance(pool, dict) else 1
    yield connections(processes, size, most - kept)
    if _one(connection, "SHOW transaction_read_only") == "on":
        yield wrong(
            "database.read_only",
            "The database takes no writes: it is a standby, or set to read only.",
            "Set DATABASE_URL to the primary.",
        )
    off = [
        name
        for name in ("fsync", "synchronous_commit", "full_page_writes")
        if _one(connection, f"SHOW {name}") == "off"
    ]
    if off:
        yield warning(
            "database.not_durable",
            f"PostgreSQL has {' and '.join(off)} off: a crash of its machine loses events that"
            " clients have seen.",
            "Turn it on; after a crash without it run `./run manage new_epoch`.",
        )
    asked = clock()
    theirs = float(_one(connection, "SELECT extract(epoch FROM clock_timestamp())"))
    yield compare("PostgreSQL", theirs, asked=asked, answered=clock())


def postgresql_version(number: int) -> Finding:
    """Whether this version, as ``server_version_num`` has it, is new enough."""
    text = f"{number // 10_000}.{number % 10_000}"
    if number >= OLDEST_POSTGRESQL:
        return ok("database.version", f"PostgreSQL is {text}.")
    return wrong(
        "database.version",
        f"PostgreSQL is {text}, and Django needs {OLDEST_POSTGRESQL // 10_000} or newer.",
        "Upgrade it.",
    )


def connections(processes: int, pool: int, most: int) -> Finding:
    """Whether all processes may fill their pools."""
    needed = processes * pool + OTHERS
    words = f"{processes} processes with a pool of {pool} each, and {OTHERS} for others"
    if needed <= most:
        return ok("database.connections", f"{words}: {needed} of {most} connections.")
    return wrong(
        "database.connections",
        f"{words}: that is {needed} connections, and PostgreSQL gives {most}.",
        f"Set max_connections to {needed + 3} or more, use fewer workers or PgBouncer.",
    )


def _mongodb(connection: Any) -> Iterator[Finding]:
    hello = connection.connection.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        yield wrong(
            "database.no_transactions",
            "This MongoDB stands alone and has no transactions: nothing can be written.",
            "Start it with --replSet and run rs.initiate(): a set of one member will do.",
        )


def _one(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]

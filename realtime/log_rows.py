"""The log's tables as PostgreSQL and SQLite are asked for them at each event, by hand.

To build such a statement takes Django's ORM five times as long as the database takes to run it, and
every event and every reader that begins waits for these. ``realtime/mongodb/log_rows.py`` does
the same for MongoDB. Only ``log.py`` calls them.
"""

from collections.abc import Sequence

from django.db import connection

from realtime.models import LogEntry, LogHead

_ENTRIES, _HEAD = LogEntry._meta.db_table, LogHead._meta.db_table


def look() -> tuple[str, int, int, bool] | None:
    """Epoch, newest and trimmed number, whether entries wait for theirs; None without a head."""
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT epoch, last_seq, floor_seq,"  # noqa: S608 — our tables, here and below
            f" EXISTS (SELECT 1 FROM {_ENTRIES} WHERE seq IS NULL) FROM {_HEAD}"
        )
        row = sql.fetchone()
    return None if row is None else (row[0], row[1], row[2], bool(row[3]))


def locked_head() -> LogHead | None:
    """The head, locked until the transaction ends; None where there is none."""
    lock = ""
    if connection.vendor == "postgresql":
        lock = "FOR UPDATE"
        # A process that is frozen while it holds the head must not hold up everybody else.
        with connection.cursor() as sql:
            sql.execute(
                "SELECT set_config('lock_timeout', '500', true),"
                " set_config('idle_in_transaction_session_timeout', '500', true)"
            )
    return next(iter(LogHead.objects.raw(f"SELECT * FROM {_HEAD} {lock}")), None)  # noqa: S608


def unnumbered(limit: int) -> list[LogEntry]:
    """Committed entries that have no number yet, in the order of their ids."""
    return list(
        LogEntry.objects.raw(
            f"SELECT * FROM {_ENTRIES} WHERE seq IS NULL ORDER BY id LIMIT {limit}"  # noqa: S608
        )
    )


def write(head: LogHead, entries: Sequence[LogEntry]) -> None:
    """Write the numbers of entries, and how far they go, in the transaction that holds the head."""
    at = connection.ops.adapt_datetimefield_value(head.last_at)
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            # One statement: a thousand small ones take most of the time for which the head is held.
            sql.execute(
                f"UPDATE {_ENTRIES} SET seq = given.seq, numbered_at = %s"  # noqa: S608
                f" FROM unnest(%s::bigint[], %s::bigint[]) AS given (id, seq)"
                f" WHERE {_ENTRIES}.id = given.id",
                (at, [entry.pk for entry in entries], [entry.seq for entry in entries]),
            )
        else:
            sql.executemany(
                f"UPDATE {_ENTRIES} SET seq = %s, numbered_at = %s WHERE id = %s",  # noqa: S608
                [(entry.seq, at, entry.pk) for entry in entries],
            )
        sql.execute(
            f"UPDATE {_HEAD} SET last_seq = %s, last_at = %s",  # noqa: S608
            (head.last_seq, at),
        )

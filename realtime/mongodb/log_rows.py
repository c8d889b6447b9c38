"""The log's collections as MongoDB is asked for them: what ``realtime/log_rows.py`` is for SQL."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django_mongodb_backend.query import wrap_database_errors
from pymongo import UpdateOne

from realtime.models import LogEntry, LogHead


def look() -> tuple[str, int, int, bool] | None:
    """Epoch, newest and trimmed number, whether entries wait for theirs; None without a head."""
    # What waits is asked before the head: what was not seen to wait is then behind that head.
    waits = LogEntry.objects.filter(seq__isnull=True).exists()
    row = LogHead.objects.values_list("epoch", "last_seq", "floor_seq").first()
    return None if row is None else (*row, waits)


def locked_head() -> LogHead | None:
    """The head, locked until the transaction ends; None where there is none."""
    # There is no SELECT … FOR UPDATE: who writes the head has it until the transaction ends.
    LogHead.objects.update(last_seq=F("last_seq"))
    return LogHead.objects.first()


def unnumbered(limit: int) -> list[LogEntry]:
    """Committed entries that have no number yet, in the order of their ids."""
    return list(LogEntry.objects.filter(seq__isnull=True).order_by("id")[:limit])


def write(head: LogHead, entries: Sequence[LogEntry]) -> None:
    """Write the numbers of entries, and how far they go, in the transaction that holds the head.

    Raises IntegrityError when one of them has a number already, or is gone.
    """
    _write_numbers(connection, entries)
    head.save(update_fields=["last_seq", "last_at"])


@wrap_database_errors  # type: ignore[untyped-decorator, unused-ignore]
def _write_numbers(wrapper: Any, entries: Sequence[LogEntry]) -> None:
    """In one go: a statement for each takes most of the time for which the head is held."""
    names = ("seq", "numbered_at")
    fields = [LogEntry._meta.get_field(name) for name in names]
    done = wrapper.get_collection(LogEntry._meta.db_table).bulk_write(
        [
            UpdateOne(
                {"_id": entry.pk, "seq": None},
                {"$set": {one.column: _value(one, entry, wrapper) for one in fields}},
            )
            for entry in entries
        ]
    )
    if done.matched_count != len(entries):
        raise IntegrityError("the log's entries have been numbered by somebody else")


def _value(field: Any, entry: LogEntry, wrapper: Any) -> Any:
    return field.get_db_prep_save(getattr(entry, field.attname), connection=wrapper)

"""The numbers of the log, written in one go: a statement for each takes most of the head's time."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django_mongodb_backend.query import wrap_database_errors
from pymongo import UpdateOne

from realtime.models import LogEntry


@wrap_database_errors  # type: ignore[untyped-decorator, unused-ignore]
def write(wrapper: Any, entries: Sequence[LogEntry]) -> None:
    """Give entries their ``seq`` and ``numbered_at``, in the transaction that holds the head.

    Raises IntegrityError when one of them has a number already, or is gone.
    """
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

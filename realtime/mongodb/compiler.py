"""Queries as the backend translates them, but for updates of rows that are found by way of others.

Django looks such rows up first (``Features.update_can_self_select``) and then updates them by
their keys alone; the backend counts the tables of the search and refuses.
"""

from typing import Any

from django.db.transaction import atomic
from django_mongodb_backend import compiler
from django_mongodb_backend.compiler import (
    SQLAggregateCompiler,
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
)

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLUpdateCompiler(compiler.SQLUpdateCompiler):  # type: ignore[misc]
    def execute_sql(self, result_type: Any) -> Any:
        """To look and to write is one transaction, also where nobody began one."""
        self.query.get_initial_alias()
        if self.query.count_active_tables() == 1:
            return super().execute_sql(result_type)
        with atomic(using=self.using, savepoint=False):
            # What was found decides what is written: to begin anew in between, as who has only
            # read may, would write without having looked again.
            self.connection.has_written = True
            return super().execute_sql(result_type)

    def check_query(self) -> None:
        SQLCompiler.check_query(self)

"""Queries as the backend translates them, but for updates of rows that are found by way of others.

Django looks such rows up first (``Features.update_can_self_select``) and then updates them by
their keys alone; the backend counts the tables of the search and refuses.
"""

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
    def check_query(self) -> None:
        SQLCompiler.check_query(self)

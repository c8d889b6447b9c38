"""Indexes that lookups can use, too.

The backend's unique indexes are partial, for the sake of nulls, and a partial index serves no
query that does not repeat its condition. Where there are no nulls ours are whole.
"""

from typing import Any

from django.db.models import Field, Index, Model
from django_mongodb_backend import schema


class SchemaEditor(schema.DatabaseSchemaEditor):  # type: ignore[misc]
    """Makes collections and indexes for models."""

    def add_index(
        self,
        model: type[Model],
        index: Index,
        *,
        field: "Field[Any, Any] | None" = None,
        unique: bool = False,
        **where: Any,
    ) -> None:
        names = [name for name, _order in index.fields_orders]
        fields = [field] if field else [model._meta.get_field(name) for name in names]
        if not unique or index.condition or any(one.null for one in fields):
            super().add_index(model, index, field=field, unique=unique, **where)
            return
        made = index.get_pymongo_index_model(model, schema_editor=self, field=field, unique=True)
        made.document.pop("partialFilterExpression", None)
        self.get_collection(model._meta.db_table).create_indexes([made])

"""Primary keys that one migration tree makes on every database.

MongoDB calls a document's key ``_id``; a key by another name would be a second one beside it.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models

#: The database engine under which MongoDB is used.
MONGODB = "realtime.mongodb"

if TYPE_CHECKING:
    UUIDField = models.UUIDField[Any, Any]
    SmallField = models.PositiveSmallIntegerField[Any, Any]
    AutoField = models.BigAutoField[Any, Any]
else:
    UUIDField, SmallField = models.UUIDField, models.PositiveSmallIntegerField
    AutoField = models.BigAutoField


def on_mongodb() -> bool:
    """Whether the site's database is MongoDB."""
    return bool(settings.DATABASES["default"]["ENGINE"] == MONGODB)


class _Key:
    """A key whose column is called as the database calls keys."""

    def get_attname_column(self) -> tuple[str, str]:
        attname, column = super().get_attname_column()  # type: ignore[misc]
        return attname, "_id" if on_mongodb() else column


class KeyField(_Key, UUIDField):
    """The UUID of a row."""


class OneRowField(_Key, SmallField):
    """The key of a table that has one row."""


class SequenceField(_Key, AutoField):  # type: ignore[misc]  # the stubs of Django's mixin differ
    """A number that the database gives, ascending: a sequence, and on MongoDB a counter."""

    def get_internal_type(self) -> str:
        return "BigIntegerField" if on_mongodb() else "BigAutoField"

    def get_pk_value_on_save(self, instance: models.Model) -> Any:
        if not on_mongodb():
            return super().get_pk_value_on_save(instance)
        from realtime.mongodb.sequence import following

        return following(connection, instance._meta.db_table)

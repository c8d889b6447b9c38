"""The index by which MongoDB finds the log's entries, by number and without one.

Django's unique index there leaves out what has no number, and serves no query; an index with a
condition is not made at all.
"""

from django.db import migrations

TABLE, NAME = "realtime_logentry", "log_by_number"


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "mongodb":
        collection = schema_editor.get_collection(TABLE)
        collection.create_index([("seq", 1), ("_id", 1)], name=NAME)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "mongodb":
        schema_editor.get_collection(TABLE).drop_index(NAME)


class Migration(migrations.Migration):
    dependencies = [("realtime", "0002_staff")]

    operations = [migrations.RunPython(install, remove)]

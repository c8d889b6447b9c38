"""The database refuses to change the log of decisions, whoever asks.

PostgreSQL refuses updates and deletions. SQLite refuses updates alone: Django empties its tables
there by DELETE, after every test. On MongoDB the model is all there is.
"""

from django.db import migrations

TABLE = "moderation_decision"
FUNCTION = f"""
CREATE FUNCTION {TABLE}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was decided is never changed and never deleted'; END $$
"""
INSTALL = {
    "postgresql": (
        FUNCTION,
        f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE OR DELETE ON {TABLE}"
        f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_stays()",
    ),
    "sqlite": (
        f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} BEGIN"
        " SELECT RAISE(ABORT, 'what was decided is never changed and never deleted'); END",
    ),
}
REMOVE = {
    "postgresql": (f"DROP FUNCTION {TABLE}_stays() CASCADE",),
    "sqlite": (f"DROP TRIGGER {TABLE}_stays",),
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in REMOVE.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]

"""What the settings are where ``DATABASE_URL`` names a MongoDB: see ``docs/mongodb.md``.

Django's own apps number their rows; there they have MongoDB's keys instead, and so migrations of
their own beside this file. The site's own models have one tree for every database.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINE = "realtime.mongodb"
AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
#: Django's apps that have rows → the same with other keys.
APPS = {
    f"django.contrib.{name}": f"realtime_site.mongodb.apps.{name.title()}"
    for name in ("admin", "auth", "contenttypes")
}
MIGRATION_MODULES = {
    name: f"realtime_site.mongodb.migrations.{name}" for name in ("admin", "auth", "contenttypes")
}
#: What a URL may say otherwise. Milliseconds: who waits longer for a server is told 503.
DEFAULTS = {
    "serverSelectionTimeoutMS": 2_000,
    "connectTimeoutMS": 2_000,
    # For a majority of members to have what was written.
    "wTimeoutMS": 5_000,
    "maxPoolSize": 100,
}
#: An index with an expression is not made there: realtime's migration 0003 makes another.
SILENCED_CHECKS = ["models.W043"]


def is_url(url: str) -> bool:
    """Whether a ``DATABASE_URL`` is MongoDB's."""
    return url.startswith(("mongodb://", "mongodb+srv://"))


def database(url: str) -> dict[str, Any]:
    """Django's database settings; raises ImproperlyConfigured for a URL without a database."""
    parts = urlsplit(url)
    name = parts.path.strip("/")
    if not name:
        raise ImproperlyConfigured("DATABASE_URL: name the database, as in mongodb://host/site.")
    said = {option.lower() for option, _value in parse_qsl(parts.query)}
    return {
        "ENGINE": ENGINE,
        "HOST": url,
        "NAME": name,
        "OPTIONS": {
            # What a failover could still take back is never read, and never called written: not
            # even where the URL says so.
            "readConcernLevel": "majority",
            "w": "majority",
            # Of a member that is behind a reader would get a position and rows that do not belong
            # together, and the rights of yesterday.
            "readPreference": "primary",
            **{name: value for name, value in DEFAULTS.items() if name.lower() not in said},
        },
    }

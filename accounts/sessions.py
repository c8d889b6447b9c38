"""Sessions in the database, as Django has them, but for keys that it never gave.

Clients send what they like as a session key; PostgreSQL refuses to look for one with a NUL.
"""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[a-z0-9]{8,40}")


def is_key(text: str) -> bool:
    """Whether it may be the key of a session."""
    return _KEY.fullmatch(text) is not None


class SessionStore(db.SessionStore):
    """Django's own, for keys that may be ones."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and is_key(key)

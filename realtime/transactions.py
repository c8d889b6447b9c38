"""The project's one transaction.

Everything that writes goes through :func:`atomic`, so that a row and its event commit together
and so that a database with transactions of its own can be put behind one name.
"""

from contextlib import AbstractContextManager

from django.db import transaction


def atomic() -> AbstractContextManager[None]:
    """Commit all that happens inside, or nothing. May be nested; catch IntegrityError outside."""
    return transaction.atomic()

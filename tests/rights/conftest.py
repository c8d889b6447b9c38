"""The world of docs/rights.md, built once for each module and gone after it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from realtime import windows
from tests.rights.world import World
from tests.servers import GENEROUS


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Committed, so that sockets and polls see it from their own threads; tests write nothing.

    What one of them does all the same, it takes back: ``undone``.
    """
    with django_db_blocker.unblock():
        try:
            yield World()
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def _as_much_as_one_likes(settings) -> None:
    """Without rates; and without static files, of which none is asked for.

    Theirs is the one middleware that is async alone: to go through it and back takes most of the
    time of a request here.
    """
    settings.RATES = windows.parse(GENEROUS)
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "static" not in one]

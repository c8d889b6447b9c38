"""Staff with the right to send sockets away, staff without it, and a reader."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from realtime.staff.groups import NAME
from tests.api import person
from tests.live import sit  # noqa: F401 — a fixture


@pytest.fixture
def aiko(transactional_db):
    return person("aiko")


@pytest.fixture
def guest(transactional_db):
    """A staff member with no right at all."""
    return person("guest", is_staff=True)


@pytest.fixture
def operator(transactional_db):
    """A staff member in the group of operators, and no more than that."""
    user = person("operator", is_staff=True)
    user.groups.add(Group.objects.get(name=NAME))
    return user


def browser(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client

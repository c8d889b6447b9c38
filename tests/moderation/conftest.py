"""People, moderators among them, and the admin as a moderator has it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from moderation.groups import NAME
from tests.api import person
from tests.live import sit  # noqa: F401 — a fixture


@pytest.fixture
def aiko(transactional_db):
    return person("aiko")


@pytest.fixture
def ben(transactional_db):
    return person("ben")


@pytest.fixture
def chiyo(transactional_db):
    return person("chiyo")


@pytest.fixture
def mod(transactional_db):
    """A staff member in the group of moderators, and no more than that."""
    user = person("mod", is_staff=True)
    user.groups.add(Group.objects.get(name=NAME))
    return user


@pytest.fixture
def root(transactional_db):
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(mod):
    """The moderator's browser, logged in."""
    browser = Client()
    browser.force_login(mod)
    return browser


def chosen(action, *rows, **more):
    """What the admin's list sends when some rows are chosen."""
    return {"action": f"moderate_{action}", "_selected_action": [str(r.pk) for r in rows], **more}


def confirmed(action, *rows, reason="Against the rules.", **more):
    """The same, with the reason."""
    return chosen(action, *rows, confirmed="yes", reason=reason, **more)

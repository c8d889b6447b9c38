"""People, and sockets that they sit at."""

import pytest

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

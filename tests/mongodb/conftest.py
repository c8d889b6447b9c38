"""These tests are for MongoDB: elsewhere they are not collected."""

from realtime.fields import on_mongodb
from tests.history.conftest import pytest_configure as pytest_configure
from tests.history.conftest import stage as stage

collect_ignore_glob = [] if on_mongodb() else ["test_*.py"]

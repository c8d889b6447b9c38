"""What ``manage.py doctor`` says of a MongoDB."""

import pytest
from django.db import connection

from realtime.doctor import database

pytestmark = pytest.mark.django_db(transaction=True)


def bad(findings):
    return {one.code: one.level for one in findings if one.level != "ok"}


def test_a_replica_set_with_all_migrations_is_in_order():
    assert bad(database.look(connection, processes=1)) == {}


def test_a_server_that_stands_alone_is_found(monkeypatch):
    class Alone:
        class admin:
            @staticmethod
            def command(name):
                return {"isWritablePrimary": True}

    class Wrapper:
        connection = Alone

    assert bad(database._mongodb(Wrapper)) == {"database.no_transactions": "wrong"}

"""How rows lie in MongoDB: one key each, whole indexes, numbers that the database gives."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from accounts.models import User
from realtime.models import LogEntry, LogHead, Model
from realtime.mongodb import log_rows
from realtime.mongodb.sequence import following
from realtime.transactions import atomic
from tests.realtime.conftest import say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "model", [one for one in apps.get_models() if issubclass(one, Model | LogEntry | LogHead)]
)
def test_a_key_is_called_as_mongodb_calls_keys(model):
    assert model._meta.pk.column == "_id"


def test_a_document_has_one_key():
    ann = User.objects.create(username="ann", username_key="ann")
    (document,) = connection.get_collection("accounts_user").find()
    assert document["_id"] == ann.pk.hex
    assert "id" not in document


def test_a_unique_index_serves_queries_where_there_are_no_nulls():
    indexes = connection.get_collection("accounts_user").index_information()
    (by_name,) = [one for one in indexes.values() if one["key"] == [("username_key", 1)]]
    assert by_name["unique"] is True
    assert "partialFilterExpression" not in by_name


def test_entries_without_a_number_are_found_by_an_index():
    indexes = connection.get_collection("realtime_logentry").index_information()
    assert [("seq", 1), ("_id", 1)] in [one["key"] for one in indexes.values()]


def test_a_sequence_gives_each_number_once_in_order_whatever_is_rolled_back():
    first = following(connection, "a-test")
    with pytest.raises(RuntimeError), atomic():
        following(connection, "a-test")
        raise RuntimeError
    assert following(connection, "a-test") == first + 2

    def ten():
        return [following(connection, "a-test") for _ in range(10)]

    with ThreadPoolExecutor(4) as threads:
        given = [threads.submit(ten) for _ in range(4)]
        numbers = [one.result(20) for one in given]
    assert sorted(chain.from_iterable(numbers)) == list(range(first + 3, first + 43))
    assert all(mine == sorted(mine) for mine in numbers)


def test_an_entry_that_has_a_number_is_given_no_other():
    say("a")
    entry = LogEntry.objects.get()
    entry.seq = 9
    with pytest.raises(IntegrityError), atomic():
        log_rows._write_numbers(connection, [entry])
    assert LogEntry.objects.get().seq == 1

"""How rows lie in MongoDB: one key each, whole indexes, numbers that the database gives."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from accounts.models import Follow, User
from posts.actions import add_comment, create_post
from posts.rights import visible_comments
from realtime.models import LogEntry, LogHead, Model
from realtime.mongodb import log_rows
from realtime.mongodb.rows import MARK, Found, slim
from realtime.mongodb.sequence import following
from realtime.transactions import atomic
from tests.realtime.conftest import say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann_and_her_post():
    ann = User.objects.create(username="ann")
    return ann, create_post(ann, "hello")


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


def test_a_row_does_not_carry_what_its_subqueries_found(monkeypatch):
    """All whom a reader follows, in each of twenty rows: a document holds 16 MB."""
    reader, author = (User.objects.create(username=name) for name in ("ann", "ben"))
    Follow(follower=reader, followed=author).save()
    comment = add_comment(author, create_post(author, "hello").pk, "well")
    found = []
    monkeypatch.setattr(
        Found, "__next__", lambda self: found.append(next(self._cursor)) or found[-1]
    )
    assert list(visible_comments(reader.pk)) == [comment]
    (row,) = found
    assert not [name for name in row if name.startswith("__subquery")]


def test_what_a_later_stage_asks_for_is_kept():
    lookup = {"$lookup": {"from": "a", "as": "__subquery0", "pipeline": []}}
    match = {"$match": {"$expr": {"$in": ["$b", "$__subquery0"]}}}
    project = {"$project": {"c": "$__subquery0"}}
    assert slim([lookup, match]) == [lookup, match, {"$unset": ["__subquery0"]}]
    assert slim([lookup, match, project]) == [lookup, match, project]
    assert slim([lookup]) == [lookup]
    assert slim([match]) == [match]


def test_a_posts_comments_are_found_without_reading_all_posts(ann_and_her_post):
    ann, post = ann_and_her_post
    compiler = visible_comments(ann.pk).filter(post=post).query.get_compiler("default")
    compiler.pre_sql_setup()
    joins = [
        stage["$lookup"]
        for stage in compiler.build_query().get_pipeline()
        if stage.get("$lookup", {}).get("from") == "posts_post"
    ]
    assert joins
    assert all(join["localField"] == "post_id" for join in joins)


def test_a_migration_can_rename_and_take_away_a_field(ann_and_her_post):
    ann, _post = ann_and_her_post
    rows = connection.get_collection("accounts_user")
    before = rows.find_one({"_id": ann.pk.hex})
    rows.update_many({}, {"$rename": {"first_name": "given_name"}})
    rows.update_many({}, {"$unset": {"last_name": ""}})
    after = rows.find_one({"_id": ann.pk.hex})
    assert after.keys() == before.keys() - {"first_name", "last_name"} | {"given_name"}
    assert after[MARK] != before[MARK]

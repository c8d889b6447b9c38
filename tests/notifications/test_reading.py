"""Reading over REST: the list a page at a time, one or all read, and the count in each answer."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import follow
from notifications.actions import mark_read
from notifications.models import Notification
from posts.actions import add_comment, create_post, like_post
from tests.api import Api, error, person
from tests.notifications.conftest import counts, listed, payloads, texts, unread

pytestmark = pytest.mark.django_db(transaction=True)

NO_SUCH_ID = "01a20bb4-9bf9-7371-89cc-d793b79e7509"


@pytest.fixture
def five(aiko):
    """Five notifications for aiko: ``user0`` to ``user4`` follow."""
    for n in range(5):
        follow(person(f"user{n}"), str(aiko.pk))
    return [str(pk) for pk in Notification.objects.order_by("pk").values_list("pk", flat=True)]


def of(page):
    return [one["id"] for one in page["results"]]


def test_a_stranger_gets_nothing_and_everybody_only_their_own(aiko, ben, five):
    assert error(Api().get("/api/notifications")) == (401, "unauthenticated")
    assert error(Api().post("/api/notifications/read-all")) == (401, "unauthenticated")
    assert listed(ben)["results"] == []
    assert listed(ben)["unreadCount"] == 0


def test_the_list_is_newest_first_and_can_be_walked_both_ways(aiko, five):
    api = Api(aiko)
    first = api.get("/api/notifications/?limit=2").json()
    assert of(first) == [five[4], five[3]]
    assert first["previous"] is None
    second = api.get(first["next"]).json()
    assert of(second) == [five[2], five[1]]
    last = api.get(second["next"]).json()
    assert (of(last), last["next"]) == ([five[0]], None)
    assert of(api.get(last["previous"]).json()) == of(second)
    assert {page["unreadCount"] for page in (first, second, last)} == {5}


def test_only_what_is_not_read_is_listed_where_that_is_asked(aiko, five):
    for pk in (five[4], five[1]):
        mark_read(aiko.pk, pk)
    page = Api(aiko).get("/api/notifications?unread=true&limit=2").json()
    assert of(page) == [five[3], five[2]]
    assert page["unreadCount"] == 3
    rest = Api(aiko).get(page["next"]).json()
    assert of(rest) == [five[0]]
    assert of(listed(aiko, "?unread=false")) == of(listed(aiko)) == five[::-1]
    assert [one["isRead"] for one in listed(aiko)["results"]] == [True, False, False, True, False]


@pytest.mark.parametrize("query", ["unread=", "unread=1", "unread=TRUE", "limit=0", "before=1"])
def test_a_parameter_out_of_its_range_is_refused(aiko, query):
    assert error(Api(aiko).get(f"/api/notifications?{query}")) == (400, "invalid")


def test_a_list_of_many_costs_no_more_queries_than_one_of_few(aiko, ben, five):
    api = Api(aiko)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get("/api/notifications?limit=100").status_code == 200
        return len(queries)

    few = cost()
    post = create_post(aiko, "hello")
    for n in range(10):
        other = person(f"other{n}")
        like_post(other, post.pk)
        add_comment(other, post.pk, "well")
    assert cost() == few


def test_its_cursor_is_from_before_the_rows(aiko, five):
    cursor = listed(aiko)["cursor"]
    follow(person("later"), str(aiko.pk))
    assert listed(aiko)["cursor"] != cursor
    assert cursor.rpartition("-")[2] == "10"  # five follows, and a notification of each


def test_reading_one_is_told_to_the_other_tabs_and_again_is_no_error(aiko, five):
    for _ in range(2):
        answer = Api(aiko).post(f"/api/notifications/{five[2]}/read/")
        assert (answer.status_code, answer.json()) == (200, {"unreadCount": 4})
    read = {"notificationIds": [five[2]], "userId": str(aiko.pk), "unreadCount": 4}
    assert payloads(aiko)[5:] == [("notification:read", read)]
    assert unread(aiko) == 4


def test_reading_all_is_told_once_and_again_is_no_error(aiko, five):
    for _ in range(2):
        answer = Api(aiko).post("/api/notifications/read-all")
        assert (answer.status_code, answer.json()) == (200, {"unreadCount": 0})
    read = {"notificationIds": "all", "userId": str(aiko.pk), "unreadCount": 0}
    assert payloads(aiko)[5:] == [("notification:read", read)]
    assert unread(aiko) == 0
    assert all(one["isRead"] for one in listed(aiko)["results"])


def test_reading_all_when_there_was_never_anything_writes_nothing(ben):
    assert Api(ben).post("/api/notifications/read-all").json() == {"unreadCount": 0}
    assert payloads(ben) == []


@pytest.mark.parametrize(
    "which", ["x", "%00", NO_SUCH_ID, NO_SUCH_ID.replace("-", ""), "another's"]
)
def test_one_that_is_not_there_or_is_anothers_is_not_found(aiko, ben, five, which):
    pk = five[0] if which == "another's" else which
    assert error(Api(ben).post(f"/api/notifications/{pk}/read")) == (404, "not_found")
    assert counts(aiko) == [1, 2, 3, 4, 5]


def test_a_get_does_not_mark_anything_read(aiko, five):
    for path in ("/api/notifications/read-all", f"/api/notifications/{five[0]}/read"):
        assert error(Api(aiko).get(path)) == (405, "method_not_allowed")


def test_the_same_key_gets_the_same_answer_and_the_event_carries_it(aiko, five):
    api, path = Api(aiko), f"/api/notifications/{five[0]}/read"
    first = api.post(path, idempotency_key="k").json()
    follow(person("later"), str(aiko.pk))
    assert api.post(path, idempotency_key="k").json() == first == {"unreadCount": 4}


def test_the_text_names_people_as_they_are_called_today(aiko, ben):
    follow(ben, str(aiko.pk))
    ben.display_name = "Benjamin"
    ben.save()
    assert texts(aiko) == ["Benjamin started following you"]


def test_the_description_of_the_api_has_all_of_it(aiko, ben):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(Api().get("/api/schema").content)
    paths = schema["paths"]
    assert "get" in paths["/api/notifications"]
    assert "post" in paths["/api/notifications/read-all"]
    assert "post" in paths["/api/notifications/{notification_id}/read"]
    answer = paths["/api/notifications"]["get"]["responses"]["200"]
    named = answer["content"]["application/json"]["schema"]
    assert named == {"$ref": "#/components/schemas/NotificationList"}
    like_post(ben, create_post(aiko, "hello").pk)
    page = listed(aiko)
    whole = {**schema, "$ref": named["$ref"]}
    jsonschema.Draft202012Validator(whole).validate(page)
    assert "unreadCount" in schema["components"]["schemas"]["NotificationList"]["required"]

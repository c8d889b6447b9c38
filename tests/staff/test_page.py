"""The live page and its buttons: who gets them, and what is written down of it."""

import pytest
from django.contrib.admin.models import LogEntry

from tests.api import person
from tests.servers import free_port
from tests.staff.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_is_for_staff_and_leads_others_to_the_admins_login(client, aiko, guest):
    for stranger in (client, browser(aiko)):
        answer = stranger.get("/admin/live/")
        assert answer.status_code == 302
        assert answer["Location"] == "/admin/login/?next=/admin/live/"
    assert browser(guest).get("/admin/live/").status_code == 200


def test_the_admins_first_page_leads_to_it(guest):
    assert 'href="/admin/live/"' in browser(guest).get("/admin/").content.decode()


def test_no_script_or_style_stands_in_the_page_itself(guest):
    answer = browser(guest).get("/admin/live/")
    text = answer.content.decode()
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "<style" not in text and "style=" not in text and "onclick" not in text
    assert text.count("<script") == text.count("<script src=") + text.count(
        '<script type="module" src="/static/staff/live.js">'
    ) + text.count('type="application/json"')


def test_the_page_speaks_japanese(guest):
    text = browser(guest).get("/admin/live/", headers={"Accept-Language": "ja"}).content.decode()
    assert "<h1>ライブ</h1>" in text
    assert "毎秒のイベント" in text


def test_buttons_are_shown_to_those_who_have_the_right(guest, operator):
    assert "Reconnect this user" not in browser(guest).get("/admin/live/").content.decode()
    assert "Reconnect this user" in browser(operator).get("/admin/live/").content.decode()


def test_sending_away_needs_the_right_a_post_and_the_csrf_token(aiko, guest, operator):
    path, asked = "/admin/live/reconnect/", {"user": "aiko"}
    assert browser(aiko).post(path, asked).status_code == 302
    assert browser(guest).post(path, asked).status_code == 403
    assert browser(operator).get(path, asked).status_code == 405
    assert browser(operator, enforce_csrf_checks=True).post(path, asked).status_code == 403
    assert not LogEntry.objects.exists()
    assert browser(operator).post(path, asked).status_code == 200


def test_a_superuser_may_send_away(aiko):
    root = person("root", is_staff=True, is_superuser=True)
    assert browser(root).post("/admin/live/reconnect/", {"user": "aiko"}).status_code == 200


def test_who_sent_whom_away_is_in_the_admins_log(aiko, operator):
    desk = browser(operator)
    for asked in ({"user": "@aiko"}, {"socket": "abc"}, {"process": "def"}):
        assert desk.post("/admin/live/reconnect/", asked).status_code == 200
    written = LogEntry.objects.order_by("pk").values_list("user", "object_id", "change_message")
    assert list(written) == [
        (operator.pk, str(aiko.pk), "Asked the sockets of user aiko to reconnect."),
        (operator.pk, "abc", "Asked the sockets of socket abc to reconnect."),
        (operator.pk, "def", "Asked the sockets of process def to reconnect."),
    ]
    assert desk.get("/admin/").status_code == 200  # which shows the newest of them


@pytest.mark.parametrize(
    ("asked", "status"),
    [({}, 400), ({"user": "nobody"}, 404), ({"socket": "a", "process": "b"}, 400)],
)
def test_who_names_nobody_or_several_sends_nobody_away(operator, asked, status):
    answer = browser(operator).post("/admin/live/reconnect/", asked)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not LogEntry.objects.exists()


def test_every_staff_member_may_ask_for_the_sockets_of_a_user(aiko, guest):
    answer = browser(guest).post("/admin/live/sockets/", {"user": "aiko", "ask": "1"})
    assert answer.json() == {"userId": str(aiko.pk), "username": "aiko", "onlyHere": False}
    assert browser(guest).post("/admin/live/sockets/", {"user": "ben"}).status_code == 404
    assert browser(aiko).post("/admin/live/sockets/", {"user": "aiko"}).status_code == 302


def test_where_the_other_processes_cannot_be_told_the_answer_says_so(aiko, operator, settings):
    desk, asked = browser(operator), {"user": "aiko"}
    for path in ("/admin/live/reconnect/", "/admin/live/sockets/"):
        assert desk.post(path, asked).json()["onlyHere"] is False
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}"]},
        }
    }
    for path in ("/admin/live/reconnect/", "/admin/live/sockets/"):
        assert desk.post(path, asked).json()["onlyHere"] is True

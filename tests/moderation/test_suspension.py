"""Who is suspended is out at once, everywhere, is told so, and comes back by themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import logins
from accounts.models import User
from accounts.suspension import is_shut_out
from moderation.decisions import decide
from moderation.models import Action
from posts.actions import create_post
from realtime.database import in_database
from realtime.events import Close
from tests.api import PASSWORD, Api, entries, error

pytestmark = pytest.mark.django_db(transaction=True)


def suspend(user, **length):
    user.suspended_until = timezone.now() + timedelta(**length or {"days": 1})
    user.save(update_fields=["suspended_until"])


def let_it_end(user):
    """As if the time had passed: nothing runs, nothing is saved by anybody else."""
    User.objects.filter(pk=user.pk).update(suspended_until=timezone.now())


def log_in(user):
    return Api().post("/api/auth/token", {"username": user.username, "password": PASSWORD})


@pytest.mark.parametrize(
    ("is_active", "until", "out"),
    [
        (True, None, False),
        (False, None, True),
        (True, 1, True),
        (True, 0, False),
        (True, -1, False),
        (False, -1, True),
    ],
)
def test_a_suspension_holds_until_its_end_and_a_ban_for_good(is_active, until, out):
    now = timezone.now()
    at = None if until is None else now + timedelta(seconds=until)
    assert is_shut_out(is_active, at, now=now) is out


def test_rest_says_suspended_to_tokens_and_comes_back_by_itself(aiko):
    api, pair = Api(aiko), log_in(aiko).json()
    suspend(aiko)
    answer = api.get("/api/posts")
    assert error(answer) == (403, "suspended")
    until = aiko.suspended_until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert answer.json()["error"]["message"] == f"this account is suspended until {until}"
    assert error(log_in(aiko)) == (403, "suspended")
    refresh = {"refresh": pair["refresh"]}
    assert error(Api().post("/api/auth/token/refresh", refresh)) == (403, "suspended")
    wrong = {"username": "aiko", "password": "wrong"}
    assert error(Api().post("/api/auth/token", wrong)) == (401, "unauthenticated")
    let_it_end(aiko)
    assert api.get("/api/posts").status_code == 200
    assert log_in(aiko).status_code == 200
    assert Api().post("/api/auth/token/refresh", refresh).status_code == 200


def test_of_a_suspension_while_the_password_is_checked_nobody_gets_in(aiko, monkeypatch):
    check = logins.check_credentials

    def suspended_meanwhile(username, password):
        user = check(username, password)
        suspend(User.objects.get(pk=user.pk))
        return user

    monkeypatch.setattr(logins, "check_credentials", suspended_meanwhile)
    assert error(log_in(aiko)) == (401, "unauthenticated")


def test_the_pages_log_them_out_and_in_again_when_it_is_over(aiko):
    browser = Client()
    browser.force_login(aiko)
    assert browser.get("/").status_code == 200
    suspend(aiko)
    assert browser.get("/").headers["Location"] == "/login/?next=/"
    assert "This account is suspended until" in browser.get("/login/").content.decode()
    assert "suspended" not in Client().get("/login/").content.decode()
    assert error(browser.get("/api/posts")) == (403, "suspended")
    assert browser.post("/posts/", {"body": "hello"}).status_code == 302
    assert not aiko.posts.exists()
    let_it_end(aiko)
    assert browser.get("/").status_code == 200
    assert browser.get("/api/posts").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This account is suspended until"), ("ja", "このアカウントは")],
)
def test_the_log_in_page_says_so_in_words_but_only_for_the_right_password(aiko, language, words):
    suspend(aiko)
    browser = Client(headers={"accept-language": language})
    form = {"username": "aiko", "password": PASSWORD}
    assert words in browser.post("/login/", form).content.decode()
    assert "sessionid" not in browser.cookies
    wrong = browser.post("/login/", {**form, "password": "wrong"}).content.decode()
    assert words not in wrong
    let_it_end(aiko)
    assert browser.post("/login/", form).headers["Location"] == "/"


def test_who_is_banned_reads_no_date_and_the_admin_lets_no_suspended_moderator_in(mod):
    form = {"username": "mod", "password": PASSWORD}
    suspend(mod)
    assert "is suspended until" in Client().post("/admin/login/", form).content.decode()
    mod.is_active = False
    mod.save()
    page = Client().post("/login/", form).content.decode()
    assert "This account is suspended." in page
    desk = Client()
    desk.force_login(mod)
    assert desk.get("/admin/").status_code == 302


def test_what_they_wrote_stays(aiko, ben):
    post = create_post(aiko, "hello")
    suspend(aiko)
    assert Api(ben).get(f"/api/posts/{post.pk}").status_code == 200


def test_each_save_that_suspends_closes_the_sockets_and_one_that_does_not_closes_none(aiko):
    suspend(aiko)
    aiko.suspended_until = None
    aiko.save()
    closed = [one for entry in entries() for one in entry.effects]
    assert closed == [Close(code=4003, user=str(aiko.pk))]


async def test_the_sockets_close_with_4003_and_do_not_open_until_it_is_over(sit, aiko, mod):
    socket = await sit(aiko)
    token = (await in_database(logins.open_login, aiko)).access
    until = timezone.now() + timedelta(hours=1)
    await in_database(decide, mod, Action.SUSPEND, aiko, reason="Cool down.", until=until)
    assert await socket.close_code(2) == 4003
    again = await sit(aiko, token=token)
    assert again.welcome["code"] == 4003
    assert await again.close_code(2) == 4003
    await in_database(let_it_end, aiko)
    assert (await sit(aiko, token=token)).welcome["user"]["username"] == "aiko"

"""How a login begins, goes on and ends; and that its end reaches everything that came from it."""

from typing import ClassVar

import jwt
import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken

from accounts import identities, logins
from accounts.models import Login
from realtime.errors import Expired, Suspended, Unauthenticated
from tests.api import PASSWORD, Api, at_once, entries, error, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko")


def log_in(username="aiko", password=PASSWORD):
    return Api().post("/api/auth/token", {"username": username, "password": password})


def refresh(token):
    return Api().post("/api/auth/token/refresh", {"refresh": token})


def reads_with(access):
    api = Api()
    api.headers = {"Authorization": f"Bearer {access}"}
    return api.get("/api/posts").status_code


def sid(token):
    return jwt.decode(token, options={"verify_signature": False})["sid"]


def closed_logins():
    return [effect.login for entry in entries() for effect in entry.effects]


def test_one_logs_in_by_name_in_any_case_and_password(aiko):
    answer = log_in("AIKO")
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["access", "refresh"]
    assert reads_with(answer.json()["access"]) == 200


@pytest.mark.parametrize("wrong", [("aiko", "wrong"), ("nobody", PASSWORD), ("a\x00", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(aiko, wrong):
    answer = log_in(*wrong)
    if wrong[0] == "a\x00":
        assert error(answer) == (400, "invalid")
    else:
        assert error(answer) == (401, "unauthenticated")
        assert answer.json()["error"]["message"] == "no account has this username and password"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_suspended_user_is_told_so_but_only_with_the_right_password(aiko):
    aiko.is_active = False
    aiko.save()
    assert error(log_in()) == (403, "suspended")
    assert error(log_in(password="wrong")) == (401, "unauthenticated")


def test_tokens_are_signed_by_a_key_of_their_own(aiko, settings):
    assert settings.JWT_SIGNING_KEY != settings.SECRET_KEY
    pair = log_in().json()
    for token in pair.values():
        jwt.decode(token, settings.JWT_SIGNING_KEY, algorithms=["HS256"])
    claims = jwt.decode(pair["access"], options={"verify_signature": False})
    assert reads_with(jwt.encode(claims, settings.JWT_SIGNING_KEY, "HS256")) == 200
    assert reads_with(jwt.encode(claims, settings.SECRET_KEY, "HS256")) == 401
    assert reads_with(jwt.encode(claims, None, "none")) == 401


def test_the_tokens_of_one_login_share_its_sid_over_refreshes(aiko):
    first = log_in().json()
    second = refresh(first["refresh"]).json()
    login = str(Login.objects.get().pk)
    assert {sid(token) for pair in (first, second) for token in pair.values()} == {login}
    assert sid(log_in().json()["access"]) != login


def test_a_refresh_token_works_once(aiko):
    old = log_in().json()["refresh"]
    new = refresh(old).json()["refresh"]
    assert error(refresh(old)) == (401, "unauthenticated")
    assert refresh(new).status_code == 200


def test_of_many_refreshes_at_once_one_wins(aiko):
    token = log_in().json()["refresh"]
    answers = at_once([lambda: refresh(token)] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert refresh(won["refresh"]).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u00e9", "x" * 5_000, 7, None])
def test_what_is_no_refresh_token_gets_nobody_in(token):
    assert error(refresh(token))[0] in (400, 401)


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(aiko):
    pair = log_in().json()
    assert error(refresh(pair["access"])) == (401, "unauthenticated")
    assert reads_with(pair["refresh"]) == 401


def test_a_logout_ends_that_login_and_no_other(aiko):
    one, other = log_in().json(), log_in().json()
    api = Api()
    api.headers = {"Authorization": f"Bearer {one['access']}"}
    answer = api.post("/api/auth/logout", {"refresh": one["refresh"]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert reads_with(one["access"]) == 401
    assert error(refresh(one["refresh"])) == (401, "unauthenticated")
    assert reads_with(other["access"]) == 200
    assert closed_logins() == [sid(one["access"])]


def test_nobody_ends_the_login_of_another(aiko):
    hers = log_in().json()
    person("ben")
    his = log_in("ben").json()
    api = Api()
    api.headers = {"Authorization": f"Bearer {his['access']}"}
    api.post("/api/auth/logout", {"refresh": hers["refresh"]})
    assert reads_with(hers["access"]) == 200
    assert closed_logins() == []


def test_a_logout_needs_a_refresh_token(aiko):
    api = Api(aiko)
    for body in ({}, {"refresh": "x"}, {"refresh": 7}):
        answer = api.post("/api/auth/logout", body)
        assert error(answer) == (400, "invalid")
        assert list(answer.json()["error"]["fields"]) == ["refresh"]


def test_a_session_is_a_login_that_ends_with_it(aiko):
    browser = Client()
    browser.force_login(aiko)
    assert browser.get("/api/posts").status_code == 200
    login = str(Login.objects.get().pk)
    browser.logout()
    assert browser.get("/api/posts").status_code == 401
    assert closed_logins() == [login]


def test_logging_in_again_in_the_same_browser_leaves_one_living_login(aiko):
    browser = Client()
    browser.force_login(aiko)
    browser.force_login(aiko)
    assert Login.objects.filter(ended_at=None).count() == 1
    assert browser.get("/api/posts").status_code == 200


def test_a_write_by_session_needs_the_csrf_token(aiko):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(aiko)
    answer = browser.post("/api/posts", {"body": "hello"}, content_type="application/json")
    assert error(answer) == (403, "forbidden")


def test_a_deactivated_user_is_out_with_every_token_and_session(aiko):
    browser = Client()
    browser.force_login(aiko)
    access = log_in().json()["access"]
    aiko.is_active = False
    aiko.save()
    assert reads_with(access) == 403
    assert browser.get("/api/posts").status_code in (401, 403)
    assert [(e.code, e.user) for entry in entries() for e in entry.effects] == [
        (4003, str(aiko.pk))
    ]


def test_the_engine_learns_who_a_token_belongs_to_and_until_when(aiko):
    access = log_in().json()["access"]
    identity = identities.by_tokens([access])[access]
    assert identity.user_id == str(aiko.pk)
    assert identity.user.username == "aiko"
    assert identity.login == sid(access)
    assert identity.expires_at == AccessToken(access)["exp"]


def test_the_engine_tells_an_expired_token_from_a_false_one(aiko):
    token = AccessToken(log_in().json()["access"])
    token["exp"] = 1_000_000_000
    good = log_in().json()["access"]
    false = ["", "x", "a.b.c", "\ud800", str(token)[:-2] + "xx"]
    answers = identities.by_tokens([str(token), *false, good])
    assert isinstance(answers[str(token)], Expired)
    assert [type(answers[one]) for one in false] == [Unauthenticated] * 5
    assert answers[good].user_id == str(aiko.pk)


def test_a_hundred_tokens_and_sessions_are_looked_up_in_one_query_and_two(aiko):
    tokens = [logins.open_login(aiko).access for _ in range(100)]
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        browser.force_login(aiko)
    keys = [browser.cookies["sessionid"].value for browser in browsers]
    with CaptureQueriesContext(connection) as queries:
        assert {one.user_id for one in identities.by_tokens(tokens).values()} == {str(aiko.pk)}
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert {one.user_id for one in identities.by_sessions(keys).values()} == {str(aiko.pk)}
    assert len(queries) == 2


def test_a_credential_that_nobody_foresaw_refuses_no_other(aiko, monkeypatch):
    good, strange = (logins.open_login(aiko).access for _ in range(2))
    original = identities.AccessToken

    def read(token):
        if token == strange:
            raise RecursionError
        return original(token)

    monkeypatch.setattr(identities, "AccessToken", read)
    answers = identities.by_tokens([strange, good])
    assert isinstance(answers[strange], Unauthenticated)
    assert answers[good].user_id == str(aiko.pk)


def test_the_engine_learns_who_a_session_belongs_to_until_it_ends(aiko):
    browser = Client()
    browser.force_login(aiko)
    key = browser.cookies["sessionid"].value
    identity = identities.by_sessions([key])[key]
    assert identity.user_id == str(aiko.pk)
    assert identity.login == str(Login.objects.get().pk)
    aiko.set_password("another horse battery")
    aiko.save()
    answers = identities.by_sessions([key, "no such session"])
    assert [type(answer) for answer in answers.values()] == [Unauthenticated] * 2


def test_the_engine_is_told_that_a_user_is_suspended(aiko):
    access = log_in().json()["access"]
    aiko.is_active = False
    aiko.save()
    assert isinstance(identities.by_tokens([access])[access], Suspended)


def test_logins_past_their_time_are_cleared_by_the_next_one(aiko):
    logins.open_login(aiko)
    Login.objects.update(expires_at="2020-01-01T00:00Z")
    logins.open_login(aiko)
    assert Login.objects.count() == 1


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password was made into a hash, which is what takes the time."""

    made: ClassVar[list[str]] = []

    def encode(self, password, salt):
        self.made.append(password)
        return super().encode(password, salt)


@pytest.mark.parametrize("path", ["/api/auth/token", "/login/", "/admin/login/"])
@pytest.mark.parametrize("state", ["there", "nobody", "suspended", "without a password"])
def test_a_wrong_password_takes_as_long_and_says_the_same_whoever_it_is(path, state, settings):
    """Who has an account is not told by a clock either."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    if state != "nobody":
        user = person("aiko", is_active=state != "suspended", is_staff=True)
        if state == "without a password":
            user.set_unusable_password()
            user.save()
    CountingHasher.made.clear()
    sent = {"username": "aiko", "password": "wrong"}
    if path.startswith("/api/"):
        answer = Api().post(path, sent)
        assert error(answer) == (401, "unauthenticated")
        assert answer.json()["error"]["message"] == "no account has this username and password"
    else:
        page = Client(headers={"Accept-Language": "en"}).post(path, sent).content.decode()
        assert "Please enter" in page and "suspended" not in page
    assert len(CountingHasher.made) == 1

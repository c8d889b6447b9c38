"""A change of the password: what it needs, and that it ends every login but its own."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from accounts import logins
from accounts.actions import change_password
from accounts.hashers import AT_ONCE, Argon2
from accounts.models import Login
from realtime.database import in_database
from realtime.errors import Unauthenticated
from realtime.testing import Closed
from tests.api import PASSWORD, Api, entries, error

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "another horse battery"
CHANGE = {"oldPassword": PASSWORD, "newPassword": NEW}


def log_in(password):
    return Api().post("/api/auth/token", {"username": "aiko", "password": password})


def refresh(token):
    return Api().post("/api/auth/token/refresh", {"refresh": token})


def with_token(access):
    api = Api()
    api.headers = {"Authorization": f"Bearer {access}"}
    return api


def test_afterwards_only_the_new_one_gets_in(aiko):
    answer = Api(aiko).post("/api/auth/password/", CHANGE)
    assert (answer.status_code, answer.content) == (204, b"")
    assert error(log_in(PASSWORD)) == (401, "unauthenticated")
    assert log_in(NEW).status_code == 200


def test_all_other_logins_are_dead_and_the_own_one_lives(aiko):
    mine, other = log_in(PASSWORD).json(), log_in(PASSWORD).json()
    browser = Client()
    browser.force_login(aiko)
    assert with_token(mine["access"]).post("/api/auth/password", CHANGE).status_code == 204
    assert with_token(other["access"]).get("/api/users/me").status_code == 401
    assert refresh(other["refresh"]).status_code == 401
    assert browser.get("/api/users/me").status_code == 401
    assert with_token(mine["access"]).get("/api/users/me").status_code == 200
    assert refresh(mine["refresh"]).status_code == 200
    ended = set(Login.objects.exclude(ended_at=None).values_list("pk", flat=True))
    told = [(one.code, one.login) for entry in entries() for one in entry.effects]
    assert sorted(told) == sorted((4001, str(pk)) for pk in ended)
    assert len(ended) == 2


def by_an_admin(aiko):
    browser = Client()
    browser.force_login(type(aiko).objects.create_superuser("root", password="a long password"))
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    answer = browser.post(f"/admin/accounts/user/{aiko.pk}/password/", form)
    assert answer.status_code == 302


def in_a_shell(aiko):
    aiko.set_password(NEW)
    aiko.save()


@pytest.mark.parametrize("change", [by_an_admin, in_a_shell])
def test_wherever_it_is_changed_all_logins_are_dead(aiko, change):
    other = log_in(PASSWORD).json()
    change(aiko)
    assert with_token(other["access"]).get("/api/users/me").status_code == 401
    assert refresh(other["refresh"]).status_code == 401
    assert [one.code for entry in entries() for one in entry.effects] == [4001]
    assert log_in(NEW).status_code == 200


def test_a_hash_that_is_made_anew_ends_nothing(aiko, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    other = log_in(PASSWORD).json()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    log_in(PASSWORD)
    aiko.refresh_from_db()
    assert aiko.password.startswith("scrypt")
    assert refresh(other["refresh"]).status_code == 200


def test_a_session_that_is_written_anew_keeps_its_login_as_long(aiko):
    browser = Client()
    browser.force_login(aiko)
    Login.objects.update(expires_at=timezone.now() + timedelta(days=1))
    browser.post("/api/auth/password", json.dumps(CHANGE), content_type="application/json")
    assert Login.objects.get().expires_at > timezone.now() + timedelta(days=13)


def test_the_session_in_which_it_was_changed_goes_on(aiko):
    browser, elsewhere = Client(), Client()
    browser.force_login(aiko)
    elsewhere.force_login(aiko)
    body = json.dumps(CHANGE)
    answer = browser.post("/api/auth/password", body, content_type="application/json")
    assert answer.status_code == 204
    assert browser.get("/api/users/me").status_code == 200
    assert elsewhere.get("/api/users/me").status_code == 401


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("oldPassword", {"newPassword": NEW}),
        ("oldPassword", CHANGE | {"oldPassword": "wrong"}),
        ("oldPassword", CHANGE | {"oldPassword": None}),
        ("newPassword", {"oldPassword": PASSWORD}),
        ("newPassword", CHANGE | {"newPassword": "short"}),
        ("newPassword", CHANGE | {"newPassword": "12345678901234"}),
        ("newPassword", CHANGE | {"newPassword": 7}),
        ("newPassword", CHANGE | {"newPassword": "a\x00" * 8}),
    ],
)
def test_what_will_not_do_is_named_and_ends_nothing(aiko, field, body):
    other = log_in(PASSWORD).json()
    answer = Api(aiko).post("/api/auth/password", body)
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == [field]
    assert refresh(other["refresh"]).status_code == 200
    assert log_in(PASSWORD).status_code == 200


async def test_sockets_of_other_logins_close_and_the_own_stays(sit, aiko):
    tokens = await in_database(logins.open_login, aiko)
    mine, other = await sit(aiko, token=tokens.access), await sit(aiko)
    login = await in_database(Login.objects.get, pk=logins.login_of(tokens.refresh))
    await in_database(change_password, aiko, PASSWORD, NEW, login)
    with pytest.raises(Closed) as closed:
        while True:
            await other.receive()
    assert closed.value.code == 4001
    assert (await mine.command("heartbeat"))["type"] == "heartbeat"


def test_who_logs_in_with_the_old_password_meanwhile_is_not_let_in(aiko, monkeypatch):
    checked, changed = threading.Event(), threading.Event()
    original = logins.check_credentials

    def slowly(username, password):
        user = original(username, password)
        checked.set()
        assert changed.wait(10)
        return user

    monkeypatch.setattr(logins, "check_credentials", slowly)

    def change():
        assert checked.wait(10)
        change_password(type(aiko).objects.get(), PASSWORD, NEW, None)
        changed.set()

    thread = threading.Thread(target=change)
    thread.start()
    with pytest.raises(Unauthenticated):
        logins.log_in("aiko", PASSWORD)
    thread.join(10)
    assert not Login.objects.filter(ended_at=None).exists()


def test_so_many_hashes_at_once_and_no_more(monkeypatch):
    running, most, go = [], [], threading.Event()

    def slow(self, password, salt):
        running.append(1)
        most.append(len(running))
        go.wait(0.05)
        running.pop()
        return "hash"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(lambda _: Argon2().encode("p", "s"), range(12))) == ["hash"] * 12
    assert max(most) == AT_ONCE == 4


def test_the_site_hashes_so(settings):
    from realtime_site.settings import PASSWORD_HASHERS

    assert PASSWORD_HASHERS[0] == "accounts.hashers.Argon2"
    encoded = Argon2().encode("a-long-way-to-kyoto", "salt-of-a-test")
    assert encoded.startswith("argon2$argon2id$")
    assert Argon2().verify("a-long-way-to-kyoto", encoded)
    assert not Argon2().verify("a-short-way", encoded)

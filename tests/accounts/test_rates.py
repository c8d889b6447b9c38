"""How often one may write, sign up and log in: at each limit, above it, and by every door."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.models import LoginPlace, User
from realtime import windows
from tests.api import PASSWORD, Api, error, person

pytestmark = pytest.mark.django_db(transaction=True)
HOME, BOTNET = "192.0.2.1", [f"198.51.100.{number}" for number in range(1, 255)]


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """All happens in one window, however slow this machine is: at its begin."""
    monkeypatch.setattr("realtime.rates.time.time", lambda: 1_800_000_000.0)


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def rates(settings):
    """Sets some rates: ``rates(write="2/60")``."""

    def some(**texts):
        settings.RATES = windows.parse(",".join(f"{name}={text}" for name, text in texts.items()))

    return some


def by_token(name, password, address):
    body = {"username": name, "password": password}
    http = Client(REMOTE_ADDR=address)
    answer = http.post("/api/auth/token", body, content_type="application/json")
    return "in" if answer.status_code == 200 else answer.status_code


def by_page(name, password, address, path="/login/"):
    http = Client(REMOTE_ADDR=address)
    answer = http.post(path, {"username": name, "password": password})
    if answer.status_code == 302:
        return "in"
    text = answer.content.decode()
    return 429 if "That was too often. Please try again in" in text else 401


def by_admin(name, password, address):
    return by_page(name, password, address, "/admin/login/")


DOORS = [by_token, by_page, by_admin]
every_door = pytest.mark.parametrize("door", DOORS)


@pytest.fixture
def owner():
    return person("aiko", is_staff=True)


# -- writes ------------------------------------------------------------------------------------


def test_a_user_writes_so_often_and_no_more_and_reads_on(aiko, rates):
    rates(write="2/60")
    api = Api(aiko)
    assert [api.post("/api/posts", {"body": "hello"}).status_code for _ in range(2)] == [201, 201]
    refused = api.post("/api/posts", {"body": "hello"})
    assert error(refused) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "90"
    assert api.get("/api/posts").status_code == 200
    assert len(api.get("/api/posts").json()["results"]) == 2
    assert Api(person("ben")).post("/api/posts", {"body": "hello"}).status_code == 201


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_unsafe_method_counts_also_what_is_wrong(aiko, rates, method):
    rates(write="1/60")
    api = Api(aiko)
    assert getattr(api, method)("/api/posts/none/like").status_code in (404, 405)
    assert error(getattr(api, method)("/api/posts/none/like")) == (429, "rate_limited")


def test_what_is_sent_by_rest_counts_for_pages_and_the_other_way_round(aiko, rates):
    rates(write="3/60")
    browser, api = Client(), Api(aiko)
    browser.force_login(aiko)
    assert browser.post("/settings/profile/", {"display_name": "A"}).status_code == 302
    assert browser.post("/theme/", {"theme": "dark"}).status_code == 302
    assert api.post("/api/posts", {"body": "three"}).status_code == 201
    assert error(api.post("/api/posts", {"body": "four"})) == (429, "rate_limited")
    page = browser.post("/theme/", {"theme": "dark"})
    assert (page.status_code, page["Retry-After"]) == (429, "80")
    assert "That was too often. Please try again in 2 minutes." in page.content.decode()
    assert browser.get("/").status_code == 200


def test_the_page_says_so_in_japanese(aiko, rates):
    rates(write="1/60")
    browser = Client(headers={"Accept-Language": "ja"})
    browser.force_login(aiko)
    browser.post("/theme/", {"theme": "dark"})
    text = browser.post("/theme/", {"theme": "dark"}).content.decode()
    assert "<title>回数が多すぎます" in text
    assert "回数が多すぎます。2分後にもう一度お試しください。" in text


def test_a_password_is_not_guessed_by_who_found_an_open_page(aiko, rates):
    rates(login_failures="2/300")
    api, browser = Api(aiko), Client()
    browser.force_login(aiko)
    wrong = {"oldPassword": "guess", "newPassword": "another horse battery"}
    assert api.post("/api/auth/password", wrong).status_code == 400
    assert api.delete("/api/users/me", {"password": "guess"}).status_code == 400
    assert error(api.post("/api/auth/password", wrong)) == (429, "rate_limited")
    assert error(api.delete("/api/users/me", {"password": PASSWORD})) == (429, "rate_limited")
    assert browser.post("/settings/leave/", {"password": PASSWORD}).status_code == 429
    assert browser.post("/settings/password/", {"old_password": "guess"}).status_code == 429
    assert User.objects.filter(username="aiko").exists()
    assert api.patch("/api/users/me", {"displayName": "A"}).status_code == 200


# -- signing up --------------------------------------------------------------------------------


def test_so_many_sign_up_from_an_address_by_rest_and_page_together(rates):
    rates(register="3/3600")
    here, there = Client(REMOTE_ADDR=HOME), Client(REMOTE_ADDR="192.0.2.2")

    def by_rest(http, name):
        body = {"username": name, "password": PASSWORD}
        return http.post("/api/auth/register", body, content_type="application/json")

    assert by_rest(here, "ann").status_code == 201
    assert by_rest(here, "ann").status_code == 400  # a try counts: it tells who is here
    page = Client(REMOTE_ADDR=HOME)
    assert page.post("/signup/", {"username": "bob", "password": PASSWORD}).status_code == 302
    refused = by_rest(here, "cy")
    assert error(refused) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "4800"
    refused = Client(REMOTE_ADDR=HOME).post("/signup/", {"username": "cy", "password": PASSWORD})
    assert (refused.status_code, refused["Retry-After"]) == (429, "4800")
    assert by_rest(there, "cy").status_code == 201


# -- logging in --------------------------------------------------------------------------------


@every_door
def test_an_address_tries_so_many_passwords_whatever_the_account(owner, rates, door):
    rates(login="3/60")
    assert [door(name, "wrong", HOME) for name in ("ann", "bob", "aiko")] == [401, 401, 401]
    assert door("aiko", PASSWORD, HOME) == 429
    assert door("aiko", PASSWORD, "192.0.2.2") == "in"


@every_door
def test_so_many_wrong_passwords_for_an_account_from_an_address_and_no_more(owner, rates, door):
    rates(login_failures="3/300")
    assert [door("aiko", "wrong", HOME) for _ in range(3)] == [401, 401, 401]
    assert door("AIKO", PASSWORD, HOME) == 429
    assert door("ben", "wrong", HOME) == 401
    assert door("aiko", PASSWORD, "192.0.2.2") == "in"


@every_door
def test_right_passwords_count_for_no_failure(owner, rates, door):
    rates(login_failures="2/300", login_strangers="2/3600")
    assert [door("aiko", PASSWORD, HOME) for _ in range(4)] == ["in"] * 4
    assert [door("aiko", PASSWORD, address) for address in BOTNET[:4]] == ["in"] * 4


@every_door
def test_a_botnet_locks_itself_out_and_not_the_owner(owner, rates, door):
    rates(login_strangers="3/3600")
    assert door("aiko", PASSWORD, HOME) == "in"
    tries = [door("aiko", "wrong", address) for address in BOTNET[:5]]
    assert tries == [401, 401, 401, 429, 429]
    assert door("aiko", PASSWORD, BOTNET[9]) == 429
    assert door("aiko", "wrong", HOME) == 401
    assert door("aiko", PASSWORD, HOME) == "in"


def test_an_account_that_there_is_not_is_refused_alike(rates):
    rates(login_strangers="3/3600")
    tries = [by_token("nobody", "wrong", address) for address in BOTNET[:5]]
    assert tries == [401, 401, 401, 429, 429]


def test_the_doors_count_together(owner, rates):
    rates(login_failures="3/300")
    assert [door("aiko", "wrong", HOME) for door in DOORS] == [401, 401, 401]
    assert [door("aiko", PASSWORD, HOME) for door in DOORS] == [429, 429, 429]


def test_where_one_logged_in_more_than_30_days_ago_one_is_a_stranger(owner, rates):
    rates(login_strangers="1/3600")
    assert by_token("aiko", PASSWORD, HOME) == "in"
    LoginPlace.objects.update(seen_at="2026-01-01T00:00Z")
    assert by_token("aiko", "wrong", BOTNET[0]) == 401
    assert by_token("aiko", PASSWORD, HOME) == 429


def test_where_one_signed_up_one_is_known(rates):
    rates(login_strangers="1/3600")
    body = {"username": "aiko", "password": PASSWORD}
    Client(REMOTE_ADDR=HOME).post("/api/auth/register", body, content_type="application/json")
    assert by_token("aiko", "wrong", BOTNET[0]) == 401
    assert by_token("aiko", PASSWORD, HOME) == "in"


def test_no_address_is_kept_as_such_and_those_of_long_ago_not_at_all(owner):
    assert by_token("aiko", PASSWORD, HOME) == "in"
    assert by_token("aiko", PASSWORD, HOME) == "in"
    (place,) = LoginPlace.objects.all()
    assert re.fullmatch("[0-9a-f]{64}", place.digest)
    assert HOME not in repr(vars(place))
    LoginPlace.objects.update(seen_at="2026-01-01T00:00Z")
    assert by_token("aiko", PASSWORD, "192.0.2.2") == "in"
    assert LoginPlace.objects.count() == 1


def test_who_is_told_that_they_are_suspended_had_the_right_password(owner, rates):
    rates(login_failures="2/300")
    owner.is_active = False
    owner.save()
    assert [by_token("aiko", PASSWORD, HOME) for _ in range(3)] == [403, 403, 403]
    text = Client(REMOTE_ADDR=HOME).post("/login/", {"username": "aiko", "password": PASSWORD})
    assert "This account is suspended." in text.content.decode()


def test_of_many_tries_at_once_no_more_are_looked_at_than_in_turn(owner, rates):
    rates(login_failures="3/300")

    def guess(_):
        try:
            return by_token("aiko", "wrong", HOME)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(guess, range(8))) == [401] * 3 + [429] * 5


def test_the_log_in_page_answers_429_and_when_to_come_again(owner, rates):
    rates(login="1/60")
    http = Client(REMOTE_ADDR=HOME, headers={"Accept-Language": "ja"})
    assert http.post("/login/", {"username": "aiko", "password": "wrong"}).status_code == 200
    answer = http.post("/login/", {"username": "aiko", "password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (429, "120")
    assert "回数が多すぎます。2分後にもう一度お試しください。" in answer.content.decode()


def test_a_network_of_ipv6_is_one_address(owner, rates):
    rates(login="2/60")
    tries = [by_token("aiko", "wrong", f"2001:db8:1:2::{number}") for number in range(1, 4)]
    assert tries == [401, 401, 429]
    assert by_token("aiko", PASSWORD, "2001:db8:1:3::1") == "in"

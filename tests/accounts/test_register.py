"""Who may become a user, and under what name."""

import pytest

from accounts.actions import register
from accounts.models import User
from tests.api import PASSWORD, Api, at_once, error, person

pytestmark = pytest.mark.django_db(transaction=True)


def sign_up(username="aiko", password=PASSWORD, **more):
    body = {"username": username, "password": password, **more}
    return Api().post("/api/auth/register", body)


def test_a_new_user_is_logged_in_at_once():
    answer = sign_up(displayName="  愛子  ")
    assert answer.status_code == 201
    body = answer.json()
    assert body["user"] == {
        "id": str(User.objects.get().pk),
        "username": "aiko",
        "displayName": "愛子",
        "avatarUrl": None,
    }
    api = Api()
    api.headers = {"Authorization": f"Bearer {body['access']}"}
    assert api.get("/api/posts").status_code == 200


def test_without_a_display_name_one_is_called_by_the_user_name():
    assert sign_up().json()["user"]["displayName"] == "aiko"


@pytest.mark.parametrize("taken", ["aiko", "AIKO", "Ａｉｋｏ"])
def test_a_name_is_taken_in_every_spelling(taken):
    sign_up("Aiko")
    answer = sign_up(taken)
    assert error(answer) == (400, "invalid")
    assert answer.json()["error"]["fields"] == {
        "username": ["A user with that username already exists."]
    }


def test_of_many_who_want_one_name_at_once_one_gets_it():
    answers = at_once([lambda: sign_up("aiko").status_code] * 8)
    assert sorted(answers) == [201] + [400] * 7
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("username", {"username": "", "password": PASSWORD}),
        ("username", {"username": "a b", "password": PASSWORD}),
        ("username", {"username": "a" * 151, "password": PASSWORD}),
        ("username", {"username": "a\x00b", "password": PASSWORD}),
        ("username", {"username": 7, "password": PASSWORD}),
        ("username", {"username": ["aiko"], "password": PASSWORD}),
        ("username", {"password": PASSWORD}),
        ("password", {"username": "aiko"}),
        ("password", {"username": "aiko", "password": None}),
        ("password", {"username": "aiko", "password": "short"}),
        ("password", {"username": "aiko", "password": "12345678901234"}),
        ("password", {"username": "aikoaikoaiko", "password": "aikoaikoaiko"}),
        ("displayName", {"username": "aiko", "password": PASSWORD, "displayName": " "}),
        ("displayName", {"username": "aiko", "password": PASSWORD, "displayName": "a" * 101}),
        ("displayName", {"username": "aiko", "password": PASSWORD, "displayName": "a\nb"}),
    ],
)
def test_what_will_not_do_is_named(field, body):
    answer = Api().post("/api/auth/register", body)
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == [field]
    assert not User.objects.exists()


def test_a_page_registers_by_the_same_road():
    user = register("Ｂｅｎ", PASSWORD)
    assert (user.username, user.display_name) == ("Ben", "Ben")
    assert user.check_password(PASSWORD)


def test_a_save_never_writes_the_counts_from_memory():
    user = person("aiko")
    User.objects.update(follower_count=3)
    user.display_name = "愛子"
    user.save()
    user.refresh_from_db()
    assert (user.display_name, user.follower_count) == ("愛子", 3)


def test_nobody_is_taken_for_another_by_letters_that_look_alike():
    answer = sign_up("\u0430dmin")
    assert answer.status_code == 400
    assert "username" in answer.json()["error"]["fields"]

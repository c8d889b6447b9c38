"""Profiles, the look-up by name, followers and followed: and who is not there for whom."""

import pytest

from accounts.actions import block, follow
from accounts.models import Follow
from tests.api import Api, error, person

pytestmark = pytest.mark.django_db(transaction=True)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [user["username"] for user in answer.json()["results"]]


def test_a_profile_says_how_the_reader_stands_to_its_user(aiko, ben):
    follow(ben, str(aiko.pk))
    expected = {
        "id": str(aiko.pk),
        "username": "aiko",
        "displayName": "aiko",
        "avatarUrl": None,
        "followerCount": 1,
        "followingCount": 0,
        "isFollowed": True,
        "isBlocked": False,
    }
    for slash in ("", "/"):
        assert Api(ben).get(f"/api/users/{aiko.pk}{slash}").json() == expected
    assert Api(aiko).get(f"/api/users/{aiko.pk}").json() == expected | {"isFollowed": False}


def test_a_user_is_found_by_the_whole_name_in_any_case(aiko, ben):
    person("aiko2")
    for name in ("aiko", "AIKO", "Ａｉｋｏ"):
        answer = Api(ben).get(f"/api/users?username={name}")
        assert names(answer) == ["aiko"]
        assert answer.json()["results"][0]["isFollowed"] is False
        assert sorted(answer.json()) == ["cursor", "next", "previous", "results"]
    assert names(Api(ben).get("/api/users/?username=nobody")) == []


@pytest.mark.parametrize("query", ["", "?username=", "?username=%00", "?username=" + "a" * 151])
def test_what_is_no_name_is_refused(aiko, query):
    answer = Api(aiko).get(f"/api/users{query}")
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == ["username"]


@pytest.mark.parametrize("user_id", ["1", "x", "01a20bb4-9bf9-7371-89cc-d793b79e7509", "%00"])
@pytest.mark.parametrize("rest", ["", "/followers", "/following"])
def test_who_is_not_there_is_not_found(aiko, user_id, rest):
    assert error(Api(aiko).get(f"/api/users/{user_id}{rest}")) == (404, "not_found")


def test_a_suspended_user_and_what_they_wrote_stay(aiko, ben):
    aiko.is_active = False
    aiko.save()
    assert Api(ben).get(f"/api/users/{aiko.pk}").status_code == 200


def test_followers_and_followed_are_lists_of_users_the_newest_first(aiko, ben, chiyo):
    for one, other in ((ben, aiko), (chiyo, aiko), (aiko, ben)):
        follow(one, str(other.pk))
    api = Api(chiyo)
    answer = api.get(f"/api/users/{aiko.pk}/followers")
    assert names(answer) == ["chiyo", "ben"]
    assert sorted(answer.json()["results"][0]) == ["avatarUrl", "displayName", "id", "username"]
    assert names(api.get(f"/api/users/{aiko.pk}/following/")) == ["ben"]
    assert names(api.get(f"/api/users/{chiyo.pk}/followers")) == []


def test_a_list_goes_on_where_its_page_ended(aiko, ben, chiyo):
    for one in (ben, chiyo, person("diego")):
        follow(one, str(aiko.pk))
    page = Api(ben).get(f"/api/users/{aiko.pk}/followers?limit=2")
    assert names(page) == ["diego", "chiyo"]
    following = Api(ben).get(page.json()["next"])
    assert names(following) == ["ben"]
    assert following.json()["next"] is None
    assert names(Api(ben).get(following.json()["previous"])) == ["diego", "chiyo"]
    assert error(Api(ben).get(f"/api/users/{aiko.pk}/followers?limit=0")) == (400, "invalid")


def test_the_blocked_find_nobody_and_the_blocker_finds_whom_to_unblock(aiko, ben):
    block(aiko, str(ben.pk))
    his, hers = Api(ben), Api(aiko)
    for rest in ("", "/followers", "/following"):
        assert error(his.get(f"/api/users/{aiko.pk}{rest}")) == (404, "not_found")
    assert names(his.get("/api/users?username=aiko")) == []
    found = hers.get("/api/users?username=ben").json()["results"]
    assert [(one["username"], one["isBlocked"]) for one in found] == [("ben", True)]
    assert hers.get(f"/api/users/{ben.pk}").json()["isBlocked"] is True


def test_lists_leave_out_who_is_parted_from_the_reader_and_counts_do_not(aiko, ben, chiyo):
    for one, other in ((aiko, chiyo), (ben, chiyo), (chiyo, ben), (chiyo, aiko)):
        follow(one, str(other.pk))
    block(aiko, str(ben.pk))
    for reader, seen in ((aiko, ["aiko"]), (ben, ["ben"]), (chiyo, ["ben", "aiko"])):
        api = Api(reader)
        assert names(api.get(f"/api/users/{chiyo.pk}/followers")) == seen
        assert sorted(names(api.get(f"/api/users/{chiyo.pk}/following"))) == sorted(seen)
        assert api.get(f"/api/users/{chiyo.pk}").json()["followerCount"] == 2
    assert Follow.objects.count() == 4


def test_whom_one_blocks_is_a_list_for_oneself(aiko, ben, chiyo):
    block(aiko, str(ben.pk))
    block(aiko, str(chiyo.pk))
    answer = Api(aiko).get("/api/users/me/blocks")
    assert names(answer) == ["chiyo", "ben"]
    assert sorted(answer.json()["results"][0]) == ["avatarUrl", "displayName", "id", "username"]
    assert names(Api(ben).get("/api/users/me/blocks/")) == []


@pytest.mark.parametrize(
    "path", ["users", "users/me", "users/me/blocks", "users/x", "users/x/followers"]
)
def test_strangers_are_told_nothing(db, path):
    assert error(Api().get(f"/api/{path}")) == (401, "unauthenticated")

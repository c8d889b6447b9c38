"""Following: idempotent, exact under races, and live at its place in the log."""

import pytest
from django.core.exceptions import ValidationError

from accounts import models
from accounts.actions import follow, unfollow
from accounts.models import Block, Follow, User
from tests.api import Api, at_once, entries, error, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def ben():
    return person("ben")


def counts(user):
    user.refresh_from_db()
    return user.follower_count, user.following_count


def test_to_follow_and_unfollow_twice_is_no_error(aiko, ben):
    api, path = Api(ben), f"/api/users/{aiko.pk}/follow"
    for _ in range(2):
        assert api.put(path).json() == {"isFollowed": True, "followerCount": 1}
    assert (counts(aiko), counts(ben)) == ((1, 0), (0, 1))
    for _ in range(2):
        assert api.delete(path).json() == {"isFollowed": False, "followerCount": 0}
    assert (counts(aiko), counts(ben)) == ((0, 0), (0, 0))


def test_each_change_is_told_once_to_the_follower_with_the_change_of_rights(aiko, ben):
    follow(ben, str(aiko.pk))
    follow(ben, str(aiko.pk))
    unfollow(ben, str(aiko.pk))
    unfollow(ben, str(aiko.pk))
    payload = {"userId": str(ben.pk), "targetId": str(aiko.pk)}
    assert told() == [("user:followed", payload), ("user:unfollowed", payload)]
    entered, left = (entry.effects[0] for entry in entries())
    assert (entered.user, entered.room) == (str(ben.pk), f"following:{aiko.pk}")
    assert (left.user, left.room) == (str(ben.pk), f"following:{aiko.pk}")
    assert {entry.rooms for entry in entries()} == {(f"user:{ben.pk}",)}


def test_counts_are_exact_when_many_follow_and_unfollow_each_other_at_once():
    people = [person(f"user{n}") for n in range(6)]

    def back_and_forth(one, other):
        for act in (follow, unfollow, follow):
            act(one, str(other.pk))

    at_once(
        (lambda one=one, other=other: back_and_forth(one, other))
        for one in people
        for other in people
        if one != other
    )
    assert Follow.objects.count() == 30
    assert {counts(user) for user in people} == {(5, 5)}


def test_one_of_many_clicks_at_once_counts(aiko, ben):
    at_once([lambda: follow(ben, str(aiko.pk))] * 10)
    assert counts(aiko) == (1, 0)
    at_once([lambda: unfollow(ben, str(aiko.pk))] * 10)
    assert counts(aiko) == (0, 0)
    assert [kind for kind, _ in told()] == ["user:followed", "user:unfollowed"]


def test_nobody_follows_themselves(aiko):
    for method in ("put", "delete"):
        answer = getattr(Api(aiko), method)(f"/api/users/{aiko.pk}/follow")
        assert error(answer) == (400, "invalid")


@pytest.mark.parametrize("user_id", ["1", "x", "01a20bb4-9bf9-7371-89cc-d793b79e7509", "%00"])
def test_who_is_not_there_cannot_be_followed(aiko, user_id):
    assert error(Api(aiko).put(f"/api/users/{user_id}/follow")) == (404, "not_found")


def test_across_a_block_the_blocked_finds_nobody_and_the_blocker_is_refused(aiko, ben):
    Block.objects.create(blocker=aiko, blocked=ben)
    assert error(Api(ben).put(f"/api/users/{aiko.pk}/follow")) == (404, "not_found")
    assert error(Api(aiko).put(f"/api/users/{ben.pk}/follow")) == (403, "forbidden")
    assert not Follow.objects.exists()


def test_the_number_of_those_whom_one_follows_is_bounded(aiko, ben, monkeypatch):
    monkeypatch.setattr(models, "MAX_FOLLOWED", 1)
    chiyo = person("chiyo")
    follow(ben, str(aiko.pk))
    with pytest.raises(ValidationError, match="at most 1 people"):
        follow(ben, str(chiyo.pk))
    assert (counts(chiyo), counts(ben)) == ((0, 0), (0, 1))
    unfollow(ben, str(aiko.pk))
    follow(ben, str(chiyo.pk))


def test_a_bulk_deletion_counts_and_tells_like_single_ones(aiko, ben):
    chiyo = person("chiyo")
    follow(ben, str(aiko.pk))
    follow(chiyo, str(aiko.pk))
    Follow.objects.filter(followed=aiko).delete()
    assert counts(aiko) == (0, 0)
    assert [kind for kind, _ in told()][2:] == ["user:unfollowed", "user:unfollowed"]


def test_with_a_deleted_user_go_the_follows_and_the_counts_of_them(aiko, ben):
    chiyo = person("chiyo")
    for one, other in ((aiko, ben), (ben, aiko), (ben, chiyo), (chiyo, aiko)):
        follow(one, str(other.pk))
    User.objects.filter(pk=aiko.pk).delete()
    assert (counts(ben), counts(chiyo)) == ((0, 1), (1, 0))
    (last,) = entries()[4:]
    close, vacate = last.effects
    assert (close.code, vacate.room) == (4003, f"following:{close.user}")

"""Who may join the rooms of accounts, and who is in them from the start."""

import pytest

from accounts.actions import follow
from accounts.identities import by_tokens
from accounts.logins import open_login
from accounts.models import Block
from accounts.rights import parted
from realtime.errors import Forbidden, UnknownRoom
from realtime.registry import clean_room, registry
from tests.api import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def ben():
    return person("ben")


def join(user, room):
    name, kind = clean_room(room)
    token = open_login(user).access
    kind.check(by_tokens([token])[token], name.partition(":")[2])
    return name


def at_connect(*users):
    ids = [str(user.pk) for user in users]
    found = {user_id: set() for user_id in ids}
    for kind in registry.rooms.values():
        for user_id, rooms in kind.at_connect(ids).items():
            found[user_id].update(rooms)
    return [found[user_id] for user_id in ids]


def test_everybody_is_in_public_and_in_their_own_rooms_from_the_start(aiko, ben):
    follow(ben, str(aiko.pk))
    hers, his = at_connect(aiko, ben)
    assert hers == {"public", f"user:{aiko.pk}", f"following:{aiko.pk}"}
    assert his == {"public", f"user:{ben.pk}", f"following:{ben.pk}", f"following:{aiko.pk}"}


def test_another_ones_own_room_is_forbidden(aiko, ben):
    assert join(aiko, f"user:{aiko.pk}") == f"user:{aiko.pk}"
    with pytest.raises(Forbidden):
        join(ben, f"user:{aiko.pk}")


def test_an_authors_followers_room_is_for_followers(aiko, ben):
    with pytest.raises(Forbidden):
        join(ben, f"following:{aiko.pk}")
    follow(ben, str(aiko.pk))
    assert join(ben, f"following:{aiko.pk}") == f"following:{aiko.pk}"


def test_an_id_in_capitals_is_the_same_room(aiko):
    assert join(aiko, f"user:{str(aiko.pk).upper()}") == f"user:{aiko.pk}"


@pytest.mark.parametrize(
    "room",
    [
        "",
        "nowhere",
        "public:x",
        "user",
        "user:",
        "user:1",
        "user:\x00",
        "following:01a20bb4-9bf9-7371-89cc-d793b79e7509",
        "following:{01a20bb4-9bf9-7371-89cc-d793b79e7509}",
    ],
)
def test_these_rooms_are_none(aiko, room):
    with pytest.raises(UnknownRoom):
        join(aiko, room)


def test_for_the_blocked_the_blocker_has_no_room(aiko, ben):
    Block.objects.create(blocker=aiko, blocked=ben)
    with pytest.raises(UnknownRoom):
        join(ben, f"following:{aiko.pk}")
    with pytest.raises(Forbidden):
        join(aiko, f"following:{ben.pk}")


def test_a_block_parts_both(aiko, ben):
    chiyo = person("chiyo")
    Block.objects.create(blocker=aiko, blocked=ben)
    ids = [str(user.pk) for user in (aiko, ben, chiyo)]
    assert parted(ids) == {ids[0]: {ids[1]}, ids[1]: {ids[0]}, ids[2]: set()}

"""Who may see what, as the engine asks it: rooms to join, and what a replay may still send."""

import pytest

from accounts.actions import follow, unfollow
from accounts.identities import by_tokens
from accounts.logins import open_login
from accounts.models import Block
from posts.actions import add_comment, create_post
from posts.models import HashtagFollow
from realtime.errors import UnknownRoom
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


def seen(kind, user, *rows):
    """Which of the rows a replay may still send to the user."""
    ids = [str(row.pk) for row in rows]
    found = registry.subjects[kind](str(user.pk), ids)
    return [pk in found for pk in ids]


def test_a_posts_room_is_for_who_may_see_the_post(aiko, ben):
    public, hidden = create_post(aiko, "hello"), create_post(aiko, "psst", "followers")
    assert join(ben, f"post:{str(public.pk).upper()}") == f"post:{public.pk}"
    with pytest.raises(UnknownRoom):
        join(ben, f"post:{hidden.pk}")
    follow(ben, str(aiko.pk))
    join(ben, f"post:{hidden.pk}")
    unfollow(ben, str(aiko.pk))
    with pytest.raises(UnknownRoom):
        join(ben, f"post:{hidden.pk}")
    join(aiko, f"post:{hidden.pk}")


def test_a_deleted_posts_room_is_none(aiko):
    post = create_post(aiko, "hello")
    room = f"post:{post.pk}"
    join(aiko, room)
    post.delete()
    with pytest.raises(UnknownRoom):
        join(aiko, room)


@pytest.mark.parametrize(
    "room", ["post", "post:", "post:1", "post:\x00", "hashtag:", "hashtag:a b"]
)
def test_these_rooms_are_none(aiko, room):
    with pytest.raises(UnknownRoom):
        join(aiko, room)


@pytest.mark.parametrize("tag", ["Django", "ＤＪＡＮＧＯ", "django"])
def test_every_spelling_of_a_hashtag_is_one_room_open_to_all(aiko, tag):
    assert join(aiko, f"hashtag:{tag}") == "hashtag:django"


def test_followed_hashtags_are_joined_at_connect(aiko, ben):
    HashtagFollow.objects.create(user=aiko, tag="日本語")
    ids = [str(aiko.pk), str(ben.pk)]
    rooms = registry.rooms["hashtag"].at_connect(ids)
    assert list(rooms.get(ids[0], ())) == ["hashtag:日本語"]
    assert list(rooms.get(ids[1], ())) == []


def test_a_replay_sends_what_the_reader_may_see_now(aiko, ben):
    public, hidden = create_post(aiko, "hello"), create_post(aiko, "psst", "followers")
    gone = create_post(aiko, "gone")
    gone_too = type(gone)(pk=gone.pk)
    gone.delete()
    assert seen("post", ben, public, hidden, gone_too) == [True, False, False]
    follow(ben, str(aiko.pk))
    assert seen("post", ben, public, hidden, gone_too) == [True, True, False]


def test_a_replay_sends_no_comment_of_or_under_what_is_parted(aiko, ben):
    chiyo = person("chiyo")
    post = create_post(aiko, "hello")
    hers, his = add_comment(chiyo, post.pk, "hers"), add_comment(ben, post.pk, "his")
    Block.objects.create(blocker=ben, blocked=chiyo)
    assert seen("comment", ben, hers, his) == [False, True]
    assert seen("comment", aiko, hers, his) == [True, True]
    Block.objects.create(blocker=aiko, blocked=ben)
    # Nor what a third person says under a post of the other.
    assert seen("post", ben, post) == [False]
    assert seen("comment", ben, hers, his) == [False, False]

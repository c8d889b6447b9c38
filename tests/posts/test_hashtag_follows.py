"""Following a hashtag: every spelling, in the home feed, and live in each tab from its place on."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actions import block
from posts import actions
from posts.actions import create_post, follow_hashtag, unfollow_hashtag
from posts.models import HashtagFollow
from realtime.database import in_database
from realtime.events import Enter, Exit
from tests.api import Api, at_once, entries, error, told
from tests.live import events_until, frames_until, join

pytestmark = pytest.mark.django_db(transaction=True)


def followed(user):
    return list(
        HashtagFollow.objects.filter(user=user).order_by("pk").values_list("tag", flat=True)
    )


def bodies(answer):
    return [post["body"] for post in answer.json()["results"]]


def test_to_follow_and_unfollow_twice_is_no_error(aiko):
    api = Api(aiko)
    for slash in ("", "/"):
        assert api.put(f"/api/hashtags/django/follow{slash}").json() == {"isFollowed": True}
    assert followed(aiko) == ["django"]
    for slash in ("", "/"):
        assert api.delete(f"/api/hashtags/django/follow{slash}").json() == {"isFollowed": False}
    assert followed(aiko) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("DJANGO", "django"),
        ("ＤＪＡＮＧＯ", "django"),
        ("日本語", "日本語"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("Straße", "strasse"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_a_tag_in_any_script_and_spelling_is_one(aiko, written, kept):
    assert Api(aiko).put(f"/api/hashtags/{written}/follow").status_code == 200
    assert followed(aiko) == [kept]
    assert Api(aiko).delete(f"/api/hashtags/{written}/follow").status_code == 200
    assert followed(aiko) == []


@pytest.mark.parametrize("tag", ["%23tag", "a b", "1", "%00", "a" * 101, "a-b"])
def test_what_no_text_can_have_as_a_tag_is_refused(aiko, tag):
    for method in ("put", "delete"):
        assert error(getattr(Api(aiko), method)(f"/api/hashtags/{tag}/follow")) == (400, "invalid")


def test_strangers_follow_nothing(db):
    assert Client().put("/api/hashtags/tag/follow").status_code == 401


def test_each_change_is_one_change_of_rights_and_no_news(aiko):
    for act in (follow_hashtag, follow_hashtag, unfollow_hashtag, unfollow_hashtag):
        act(aiko, "Tag")
    assert told() == [("", None), ("", None)]
    user, room = str(aiko.pk), "hashtag:tag"
    assert [entry.effects for entry in entries()] == [
        (Enter(user=user, room=room, reason="followed"),),
        (Exit(user=user, room=room, reason="unfollowed", keep_asked=True),),
    ]


def test_of_many_clicks_at_once_one_counts(aiko):
    at_once([lambda: follow_hashtag(aiko, "tag")] * 10)
    assert followed(aiko) == ["tag"]
    assert len(told()) == 1


def test_the_number_of_followed_hashtags_is_bounded(aiko, monkeypatch):
    monkeypatch.setattr(actions, "MAX_FOLLOWED_TAGS", 2)
    follow_hashtag(aiko, "one")
    follow_hashtag(aiko, "two")
    follow_hashtag(aiko, "two")
    with pytest.raises(ValidationError, match="at most 2 hashtags"):
        follow_hashtag(aiko, "three")


def test_the_home_feed_has_what_stands_under_a_followed_hashtag_but_not_across_a_block(
    aiko, ben, chiyo
):
    follow_hashtag(aiko, "tag")
    for author, body in ((ben, "ben #Tag"), (chiyo, "chiyo #tag"), (ben, "nothing")):
        create_post(author, body)
    create_post(ben, "for followers #tag", "followers")
    create_post(aiko, "mine")
    assert bodies(Api(aiko).get("/api/posts?feed=home")) == ["mine", "chiyo #tag", "ben #Tag"]
    block(ben, str(aiko.pk))
    assert bodies(Api(aiko).get("/api/posts?feed=home")) == ["mine", "chiyo #tag"]
    unfollow_hashtag(aiko, "tag")
    assert bodies(Api(aiko).get("/api/posts?feed=home")) == ["mine"]


async def test_every_tab_enters_and_leaves_the_room_at_once(sit, aiko, chiyo):
    tabs = [await sit(aiko), await sit(aiko)]
    await in_database(follow_hashtag, aiko, "日本語")
    await in_database(unfollow_hashtag, aiko, "日本語")
    expected = [
        ("room:joined", {"room": "hashtag:日本語", "reason": "followed"}),
        ("room:left", {"room": "hashtag:日本語", "reason": "unfollowed"}),
    ]
    for number, tab in enumerate(tabs):
        frames = await frames_until(tab, chiyo, str(number))
        assert [(frame["type"], frame["payload"]) for frame in frames] == expected


async def test_a_followed_hashtag_is_joined_at_connect(sit, aiko):
    await in_database(follow_hashtag, aiko, "tag")
    assert "hashtag:tag" in (await sit(aiko)).welcome["rooms"]


async def test_a_page_that_shows_the_hashtag_stays_live_when_it_is_not_followed_any_more(
    sit, aiko, ben, chiyo
):
    page = await sit(aiko, path="/ws/posts/")
    await join(page, "hashtag:tag")
    await in_database(follow_hashtag, aiko, "tag")
    await in_database(unfollow_hashtag, aiko, "tag")
    assert await frames_until(page, chiyo) == []
    assert (await page.command("room:leave", {"room": "hashtag:tag"}))["type"] == "ack"
    await in_database(create_post, ben, "#tag")
    # It is public: that room has it still, once.
    assert [kind for kind, _ in await events_until(page, chiyo, "2")] == ["post:created"]


async def test_who_follows_a_hashtag_and_shows_its_page_is_in_its_room_until_both_end(
    sit, aiko, chiyo
):
    await in_database(follow_hashtag, aiko, "tag")
    page = await sit(aiko)
    await join(page, "hashtag:tag")
    await in_database(unfollow_hashtag, aiko, "tag")
    assert await frames_until(page, chiyo, "1") == []
    await in_database(follow_hashtag, aiko, "tag")
    assert await frames_until(page, chiyo, "2") == []
    await page.command("room:leave", {"room": "hashtag:tag"})
    await in_database(unfollow_hashtag, aiko, "tag")
    left = [frame["payload"] for frame in await frames_until(page, chiyo, "3")]
    assert left == [{"room": "hashtag:tag", "reason": "unfollowed"}]

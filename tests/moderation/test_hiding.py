"""What is hidden exists for nobody, at once and in every replay; what is restored is back."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.actions import follow, unfollow
from moderation.decisions import decide
from moderation.models import Action
from notifications.models import Notification
from posts.actions import (
    add_comment,
    create_post,
    delete_post,
    edit_comment,
    edit_post,
    like_post,
)
from posts.models import Comment, Like, Post
from realtime.database import in_database
from realtime.errors import NotFound
from tests.api import Api, entries, error, told
from tests.live import events_until, join, news, replayed

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(pairs):
    return [kind for kind, _ in pairs]


@pytest.mark.parametrize("who", ["aiko", "ben"])
def test_a_hidden_post_is_there_for_nobody_not_even_its_author(aiko, ben, who):
    follow(ben, str(aiko.pk))
    post = create_post(aiko, "hello #tag")
    comment = add_comment(ben, post.pk, "well")
    api = Api({"aiko": aiko, "ben": ben}[who])
    assert post.hide() is True
    path = f"/api/posts/{post.pk}"
    assert error(api.get(path)) == (404, "not_found")
    assert error(api.patch(path, {"body": "new"})) == (404, "not_found")
    assert error(api.delete(path)) == (404, "not_found")
    assert error(api.post(f"{path}/like")) == (404, "not_found")
    assert error(api.get(f"{path}/comments")) == (404, "not_found")
    assert error(api.post(f"{path}/comments", {"body": "x"})) == (404, "not_found")
    assert error(api.patch(f"/api/comments/{comment.pk}", {"body": "x"})) == (404, "not_found")
    for query in ("feed=public", "feed=home", f"author={aiko.pk}", "hashtag=tag"):
        assert api.get(f"/api/posts?{query}").json()["results"] == []
    assert post.restore() is True
    assert api.get(path).json()["body"] == "hello #tag"
    assert len(api.get(f"{path}/comments").json()["results"]) == 1


def test_hiding_is_told_like_a_deletion_and_restoring_as_an_update(aiko):
    post = create_post(aiko, "hello")
    before = len(told())
    assert (post.hide(), post.hide(), post.restore(), post.restore()) == (True, False, True, False)
    gone, back = told()[before:]
    assert (gone[0], gone[1]["postId"], gone[1]["reason"]) == (
        "post:deleted",
        str(post.pk),
        "moderation",
    )
    assert (back[0], back[1]["post"]["body"]) == ("post:updated", "hello")
    # It is no edit.
    assert back[1]["post"]["updatedAt"] == back[1]["post"]["createdAt"]
    assert back[1]["post"]["version"] == 3
    assert back[1]["timestamp"] > back[1]["post"]["updatedAt"]


def test_a_hidden_comment_is_counted_no_more_and_a_restored_one_is_again(aiko, ben):
    post = create_post(aiko, "hello")
    comment = add_comment(ben, post.pk, "rude")
    before = len(told())
    assert (comment.hide(), comment.hide()) == (True, False)
    assert Post.objects.get().comment_count == 0
    assert Api(ben).get(f"/api/posts/{post.pk}/comments").json()["results"] == []
    with pytest.raises(NotFound):
        edit_comment(ben, comment.pk, body="polite")
    assert (comment.restore(), comment.restore()) == (True, False)
    (_, gone), (_, back) = told()[before:]
    assert kinds(told()[before:]) == ["comment:deleted", "comment:updated"]
    assert (gone["reason"], gone["commentCount"], gone["version"]) == ("moderation", 0, 3)
    assert (back["comment"]["body"], back["commentCount"], back["version"]) == ("rude", 1, 4)
    assert back["comment"]["version"] == 3
    assert Post.objects.get().comment_count == 1


def test_an_old_instance_does_not_bring_back_what_was_hidden_since(aiko, ben):
    post = create_post(aiko, "hello")
    comment = add_comment(ben, post.pk, "rude")
    old_post, old_comment = Post.objects.get(), Comment.objects.get()
    comment.hide()
    old_comment.body = "edited"
    old_comment.save()
    assert Comment.objects.get().is_hidden
    assert Post.objects.get().comment_count == 0
    post.hide()
    old_post.body = "edited"
    old_post.save()
    assert Post.objects.get().is_hidden
    assert Post.objects.get().body == "edited"


def test_what_happens_under_a_hidden_post_reaches_nobody(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    comment = add_comment(ben, post.pk, "well")
    post.hide()
    before = entries()[-1].seq
    # By roads that ask nobody's rights: the admin, the shell, an account that ends.
    Comment(post=post, author=ben, body="late").save()
    comment.body = "edited"
    comment.save()
    comment.hide()
    Like.objects.all().delete()
    post.body = "edited"
    post.save()
    Comment.objects.all().delete()
    post.delete()
    later = entries(before)
    assert len(later) == 8
    assert [entry.rooms for entry in later] == [()] * 8


def test_a_hidden_comment_is_edited_and_deleted_in_silence_and_not_counted_again(aiko, ben):
    post = create_post(aiko, "hello")
    add_comment(aiko, post.pk, "well")
    comment = add_comment(ben, post.pk, "rude")
    comment.hide()
    before = entries()[-1].seq
    comment.body = "edited"
    comment.save()
    Comment.objects.get(pk=comment.pk).delete()
    assert [entry.rooms for entry in entries(before)] == [(), ()]
    assert Post.objects.get().comment_count == 1


def test_hiding_many_writes_an_event_for_each(aiko, ben):
    posts = [create_post(aiko, str(n)) for n in range(3)]
    before = len(told())
    assert Post.objects.all().hide() == 3
    assert Post.objects.all().hide() == 0
    assert Post.objects.all().restore() == 3
    assert kinds(told()[before:]) == ["post:deleted"] * 3 + ["post:updated"] * 3
    comments = [add_comment(ben, post.pk, "x") for post in posts]
    before = len(told())
    assert Comment.objects.filter(pk__in=[one.pk for one in comments]).hide() == 3
    assert Comment.objects.all().restore() == 3
    assert kinds(told()[before:]) == ["comment:deleted"] * 3 + ["comment:updated"] * 3


def test_recounting_leaves_hidden_comments_out(aiko, ben):
    post = create_post(aiko, "hello")
    add_comment(ben, post.pk, "rude").hide()
    add_comment(ben, post.pk, "well")
    out = StringIO()
    call_command("recount", stdout=out)
    assert out.getvalue() == "all counts are right\n"


def test_an_edit_that_waited_for_the_moderator_finds_nothing(aiko, monkeypatch):
    post = create_post(aiko, "hello")
    hold = type(Post.objects).hold

    def hidden_meanwhile(manager, pk):
        monkeypatch.setattr(type(Post.objects), "hold", hold)
        Post.objects.get(pk=pk).hide()
        return hold(manager, pk)

    monkeypatch.setattr(type(Post.objects), "hold", hidden_meanwhile)
    with pytest.raises(NotFound):
        edit_post(aiko, post.pk, body="edited")
    assert Post.objects.get().body == "hello"


def test_notifications_about_it_go_and_those_who_are_named_hear_again(aiko, ben):
    post = create_post(aiko, "hello @ben")
    comment = add_comment(ben, post.pk, "hi")
    assert Notification.objects.count() == 2
    comment.hide()
    assert list(Notification.objects.values_list("kind", flat=True)) == ["mention"]
    comment.restore()
    assert Notification.objects.count() == 2
    post.hide()
    assert not Notification.objects.exists()
    Comment(post=post, author=ben, body="late").save()
    assert not Notification.objects.exists()
    post.restore()
    assert list(Notification.objects.values_list("kind", flat=True)) == ["mention"]


async def test_who_is_there_sees_it_go_and_come_back(sit, aiko, ben, chiyo):
    post = await in_database(create_post, aiko, "hello")
    comment = await in_database(add_comment, chiyo, post.pk, "well")
    reader = await sit(ben)
    await join(reader, f"post:{post.pk}")
    await in_database(comment.hide)
    await in_database(comment.restore)
    await in_database(post.hide)
    left = await reader.expect("room:left")
    assert left["payload"] == {"room": f"post:{post.pk}", "reason": "moderation"}
    answer = await reader.command("room:join", {"room": f"post:{post.pk}"})
    assert answer["payload"]["code"] == "unknown_room"
    await in_database(post.restore)
    assert kinds(await events_until(reader, chiyo)) == ["post:updated"]


async def test_who_was_away_is_told_nothing_of_what_is_hidden(sit, aiko, ben, chiyo):
    watcher = await sit(ben)  # the ring has all of it
    post = await in_database(create_post, aiko, "secret of the post")
    comment = await in_database(add_comment, chiyo, post.pk, "secret of the comment")
    await in_database(comment.hide)
    frames = news(await replayed(ben, watcher.welcome["cursor"]))
    assert [frame["type"] for frame in frames] == ["post:created", "comment:deleted"]
    await in_database(post.hide)
    frames = await replayed(ben, watcher.welcome["cursor"])
    assert "secret" not in json.dumps(frames)
    # The post is back; the comment under it is not.
    await in_database(post.restore)
    frames = await replayed(ben, watcher.welcome["cursor"])
    assert "secret of the post" in json.dumps(frames)
    assert "secret of the comment" not in json.dumps(frames)
    await in_database(comment.restore)
    assert "secret of the comment" in json.dumps(await replayed(ben, watcher.welcome["cursor"]))


@pytest.mark.parametrize("first", ["post", "comment"])
async def test_restored_for_followers_it_tells_strangers_nothing_of_before(
    sit, aiko, ben, chiyo, first
):
    """Said while it was public, hidden, and back for followers alone."""
    stranger, follower = await sit(ben), await sit(chiyo)
    await in_database(follow, chiyo, str(aiko.pk))
    post = await in_database(create_post, aiko, "secret")
    comment = await in_database(add_comment, chiyo, post.pk, "secret too")
    await in_database(edit_post, aiko, post.pk, visibility="followers")
    thing = post if first == "post" else comment
    await in_database(thing.hide)
    await in_database(thing.restore)
    cursor = stranger.welcome["cursor"]
    assert "secret" not in json.dumps(await replayed(ben, cursor))
    assert "secret too" in json.dumps(await replayed(chiyo, follower.welcome["cursor"]))


async def test_a_thread_is_still_left_with_the_follow_after_a_comment_was_restored(
    sit, aiko, ben, chiyo
):
    await in_database(follow, ben, str(aiko.pk))
    post = await in_database(create_post, aiko, "for followers", "followers")
    comment = await in_database(add_comment, aiko, post.pk, "well")
    reader = await sit(ben)
    await join(reader, f"post:{post.pk}")
    await in_database(comment.hide)
    await in_database(comment.restore)
    await in_database(unfollow, ben, str(aiko.pk))
    rooms = {(await reader.expect("room:left"))["payload"]["room"] for _ in range(2)}
    assert rooms == {f"post:{post.pk}", f"following:{aiko.pk}"}


def test_the_author_cannot_end_it_by_deleting(aiko, mod):
    post = create_post(aiko, "hello")
    decide(mod, Action.HIDE, post, reason="no")
    with pytest.raises(NotFound):
        delete_post(aiko, post.pk)
    aiko.delete()
    assert not Post.objects.exists()

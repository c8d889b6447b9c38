"""What the log is told of posts: each event's payload, rooms, people, subjects and effects."""

import json
import random

import msgspec
import pytest
from django.core import serializers

from accounts.actions import follow
from posts import wire
from posts.actions import (
    add_comment,
    create_post,
    delete_comment,
    delete_post,
    edit_comment,
    edit_post,
    like_post,
    unlike_post,
)
from posts.models import Comment, Like, Post
from realtime.events import Forget, Recall, Vacate
from tests.api import Api, entries, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def ben():
    return person("ben")


def public_rooms(post, *tags):
    near = (f"following:{post.author_id}", f"post:{post.pk}")
    return {"public", *near, *(f"hashtag:{tag}" for tag in tags)}


def kinds():
    return [entry.type for entry in entries()]


def last():
    return entries()[-1]


def payload(entry):
    return json.loads(bytes(entry.payload))


def test_a_new_post_is_told_as_rest_tells_it_but_for_what_is_about_the_reader(aiko, ben):
    created = Api(aiko).post("/api/posts", {"body": "hello @ben #One #日本語"}).json()
    (entry,) = entries()
    assert entry.type == "post:created"
    del created["isLiked"]
    assert payload(entry) == {
        "post": created,
        "author": created["author"],
        "timestamp": created["createdAt"],
    }
    assert set(entry.rooms) == public_rooms(Post.objects.get(), "one", "日本語")
    assert entry.people == (str(aiko.pk),)
    assert entry.subjects == (f"post:{created['id']}",)


def test_a_post_for_followers_is_told_to_them_and_in_its_thread_alone(aiko):
    post = create_post(aiko, "psst #tag", "followers")
    assert set(last().rooms) == {f"following:{aiko.pk}", f"post:{post.pk}"}


def test_an_edit_goes_to_the_old_and_the_new_hashtags(aiko):
    post = create_post(aiko, "#one #two")
    edit_post(aiko, post.pk, body="#two #three")
    assert last().type == "post:updated"
    assert set(last().rooms) == public_rooms(post, "one", "two", "three")
    assert payload(last())["post"]["hashtags"] == ["two", "three"]
    edit_post(aiko, post.pk, body="#three")
    assert set(last().rooms) == public_rooms(post, "two", "three")


def test_narrowing_tells_followers_of_an_edit_and_all_others_that_it_is_gone(aiko):
    post = create_post(aiko, "hello #tag")
    edit_post(aiko, post.pk, visibility="followers")
    gone, updated = entries()[1:]
    assert (gone.type, payload(gone)["reason"]) == ("post:deleted", "visibility")
    assert set(gone.rooms) == public_rooms(post, "tag")
    followers = f"following:{aiko.pk}"
    assert gone.except_rooms == (followers,)
    assert gone.subjects == ()
    room = f"post:{post.pk}"
    assert set(gone.effects) == {
        Forget(subject=room, unless=followers, forever=False),
        Vacate(room=room, unless=followers, reason="visibility"),
    }
    assert updated.type == "post:updated"
    assert set(updated.rooms) == {followers, f"post:{post.pk}"}


def test_widening_is_an_edit_that_reaches_all_new_rooms_and_recalls_what_was_told(aiko):
    post = create_post(aiko, "hello #tag", "followers")
    edit_post(aiko, post.pk, visibility="public")
    assert kinds() == ["post:created", "post:updated"]
    assert set(last().rooms) == public_rooms(post, "tag")
    assert last().effects == (Recall(subject=f"post:{post.pk}", room=f"post:{post.pk}"),)
    edit_post(aiko, post.pk, body="hello again")
    assert last().effects == ()


def test_a_like_names_the_post_and_both_people(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    assert last().people == (str(aiko.pk), str(ben.pk))
    assert last().subjects == (f"post:{post.pk}",)
    assert set(last().rooms) == public_rooms(post)
    told_of = payload(last())
    assert sorted(told_of) == ["likeCount", "postId", "timestamp", "userId", "version"]
    unlike_post(ben, post.pk)
    assert last().type == "post:unliked"
    assert last().people == (str(aiko.pk), str(ben.pk))


def test_a_comment_names_the_post_itself_and_both_people(aiko, ben):
    post = create_post(aiko, "hello")
    comment = add_comment(ben, post.pk, "well")
    for entry_type, act in (
        ("comment:added", lambda: None),
        ("comment:updated", lambda: edit_comment(ben, comment.pk, body="well, well")),
    ):
        act()
        assert last().type == entry_type
        assert last().people == (str(aiko.pk), str(ben.pk))
        assert last().subjects == (f"post:{post.pk}", f"comment:{comment.pk}")
    delete_comment(aiko, comment.pk)
    assert last().type == "comment:deleted"
    assert last().subjects == (f"post:{post.pk}",)
    assert last().effects == (Forget(subject=f"comment:{comment.pk}"),)


def test_of_a_deleted_post_only_its_deletion_is_told(aiko, ben):
    post = create_post(aiko, "hello #tag")
    add_comment(ben, post.pk, "well")
    like_post(ben, post.pk)
    delete_post(aiko, post.pk)
    assert kinds() == ["post:created", "comment:added", "post:liked", "post:deleted"]
    told_of = payload(last())
    assert (told_of["postId"], told_of["reason"]) == (str(post.pk), "author")
    assert sorted(told_of) == ["postId", "reason", "timestamp"]
    assert set(last().rooms) == public_rooms(post, "tag")
    assert last().subjects == ()
    room = f"post:{post.pk}"
    assert set(last().effects) == {Forget(subject=room), Vacate(room=room, reason="deleted")}


def test_an_old_instance_that_is_deleted_is_told_where_the_post_is_now(aiko):
    old = create_post(aiko, "hello #one")
    edit_post(aiko, old.pk, body="hello #two")
    rooms = public_rooms(old, "two")
    old.delete()
    assert set(last().rooms) == rooms


def test_posts_deleted_in_bulk_are_told_one_by_one_and_twice_never(aiko):
    posts = [create_post(aiko, str(n)) for n in range(3)]
    assert Post.objects.all().delete()[1]["posts.Post"] == 3
    posts[0].delete()
    gone = [payload(entry)["postId"] for entry in entries() if entry.type == "post:deleted"]
    assert gone == [str(post.pk) for post in posts]


def test_a_user_who_leaves_takes_along_each_thing_by_its_own_road(aiko, ben):
    follow(ben, str(aiko.pk))
    hers = create_post(aiko, "hers")
    his = create_post(ben, "his")
    like_post(ben, hers.pk)
    like_post(aiko, his.pk)
    add_comment(ben, hers.pk, "well")
    comment = add_comment(aiko, his.pk, "well")
    before = len(entries())
    aiko.delete()
    after = [(entry.type, payload(entry)) for entry in entries()[before:]]
    assert [kind for kind, _ in after] == [
        "post:unliked",
        "comment:deleted",
        "post:deleted",
        "",
    ]
    assert after[0][1]["postId"] == str(his.pk)
    assert after[1][1]["commentId"] == str(comment.pk)
    assert (after[2][1]["postId"], after[2][1]["reason"]) == (str(hers.pk), "author")
    row = Post.objects.get()
    assert (row.like_count, row.comment_count) == (0, 0)
    assert not Like.objects.exists()
    assert not Comment.objects.exists()


def test_rows_loaded_from_a_fixture_are_no_news(aiko):
    post = create_post(aiko, "hello")
    dump = serializers.serialize("json", [post])
    for loaded in serializers.deserialize("json", dump):
        loaded.save()
    assert kinds() == ["post:created"]


def test_the_log_and_the_tables_agree_after_a_random_run(aiko, ben):
    """Apply the events to nothing: what comes out is what REST shows."""
    rng = random.Random(2)
    for _ in range(150):
        step(rng, rng.choice([aiko, ben]))
    assert replayed() == shown()


def step(rng, who):
    posts = list(Post.objects.all())
    post = rng.choice(posts) if posts else None
    comments = list(Comment.objects.filter(author=who))
    if post is None or rng.random() < 0.15:
        create_post(who, f"post #{rng.choice('abc')}{rng.randrange(9)}")
    elif rng.random() < 0.35:
        rng.choice([like_post, unlike_post])(who, post.pk)
    elif rng.random() < 0.5:
        add_comment(who, post.pk, f"comment {rng.randrange(9)}")
    elif comments and rng.random() < 0.6:
        comment = rng.choice(comments)
        act = rng.choice([lambda: edit_comment(who, comment.pk, body="edited"), comment.delete])
        act()
    elif post.author_id == who.pk:
        body = f"edited #{rng.choice('abc')}x"
        rng.choice([lambda: edit_post(who, post.pk, body=body), post.delete])()


def replayed():
    posts, comments = {}, {}
    for kind, event in told():
        if kind in ("post:created", "post:updated"):
            posts[event["post"]["id"]] = event["post"]
        elif kind == "post:deleted":
            del posts[event["postId"]]
            for pk in [pk for pk, one in comments.items() if one["postId"] == event["postId"]]:
                del comments[pk]
        elif kind in ("post:liked", "post:unliked"):
            posts[event["postId"]] |= {key: event[key] for key in ("likeCount", "version")}
        elif kind == "comment:deleted":
            del comments[event["commentId"]]
        elif kind.startswith("comment:"):
            comments[event["comment"]["id"]] = event["comment"]
        if kind.startswith("comment:"):
            posts[event["postId"]] |= {key: event[key] for key in ("commentCount", "version")}
    return posts, comments


def shown():
    posts = [msgspec.to_builtins(wire.Post.of(post)) for post in Post.objects.all()]
    comments = [msgspec.to_builtins(wire.Comment.of(one)) for one in Comment.objects.all()]
    return {post["id"]: post for post in posts}, {one["id"]: one for one in comments}

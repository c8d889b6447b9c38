"""Who is told of what: once, never of one's own doing, never across a block."""

import pytest
from django.core import serializers
from django.db import IntegrityError

from accounts.actions import follow, unfollow
from accounts.models import Block
from notifications.actions import tell_of_moderation
from notifications.models import Inbox, Notification
from posts.actions import add_comment, create_post, edit_comment, edit_post, like_post, unlike_post
from posts.models import Like, Post
from realtime.transactions import atomic
from tests.api import Api
from tests.notifications.conftest import (
    counts,
    exact,
    listed,
    logged,
    news,
    payloads,
    texts,
    unread,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_like_is_told_to_the_posts_author_as_the_list_has_it(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    row = Notification.objects.get()
    (listed_one,) = listed(aiko)["results"]
    assert listed_one == {
        "id": str(row.pk),
        "kind": "like",
        "priority": "low",
        "actor": {
            "id": str(ben.pk),
            "username": "ben",
            "displayName": "Ben",
            "avatarUrl": None,
        },
        "postId": str(post.pk),
        "commentId": None,
        "text": "Ben liked your post",
        "isRead": False,
        "createdAt": row.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    assert payloads(aiko) == [
        (
            "notification:new",
            {
                "notification": listed_one,
                "userId": str(aiko.pk),
                "priority": "low",
                "unreadCount": 1,
            },
        )
    ]


def test_the_event_reaches_the_recipient_alone_and_names_all_that_can_hide_it(aiko, ben):
    post = create_post(aiko, "hello")
    comment = add_comment(ben, post.pk, "well")
    (entry,) = news(aiko)
    assert entry.rooms == (f"user:{aiko.pk}",)
    assert entry.people == (str(ben.pk),)
    row = Notification.objects.get()
    assert entry.subjects == (f"post:{post.pk}", f"comment:{comment.pk}", f"notification:{row.pk}")


def test_each_kind_has_its_sentence_and_its_priority(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    comment = add_comment(ben, post.pk, "well")
    follow(ben, str(aiko.pk))
    named = create_post(ben, "hey @aiko")
    tell_of_moderation(aiko, "Please be kind.")
    found = [
        (one["kind"], one["priority"], one["text"], one["postId"], one["commentId"])
        for one in listed(aiko)["results"]
    ]
    assert found == [
        ("moderation", "high", "Please be kind.", None, None),
        ("mention", "high", "Ben mentioned you in a post", str(named.pk), None),
        ("follow", "normal", "Ben started following you", None, None),
        ("comment", "normal", "Ben commented on your post", str(post.pk), str(comment.pk)),
        ("like", "low", "Ben liked your post", str(post.pk), None),
    ]
    assert listed(aiko)["results"][0]["actor"] is None
    assert counts(aiko) == [1, 2, 3, 4, 5]
    assert unread(aiko) == 5
    assert unread(ben) == 0


def test_a_name_with_braces_is_only_a_name(aiko, ben):
    ben.display_name = "{0.__class__} {}"
    ben.save()
    follow(ben, str(aiko.pk))
    assert texts(aiko) == ["{0.__class__} {} started following you"]


def test_nobody_is_told_of_their_own_doing(aiko):
    post = create_post(aiko, "I am @aiko")
    like_post(aiko, post.pk)
    add_comment(aiko, post.pk, "me @aiko")
    assert not Notification.objects.exists()
    assert not Inbox.objects.exists()


def test_like_unlike_and_like_again_make_one(aiko, ben):
    post = create_post(aiko, "hello")
    for act in (like_post, unlike_post, like_post, unlike_post):
        act(ben, post.pk)
    assert texts(aiko) == ["Ben liked your post"]
    assert counts(aiko) == [1]


def test_follow_unfollow_and_follow_again_make_one(aiko, ben):
    for act in (follow, unfollow, follow):
        act(ben, str(aiko.pk))
    assert texts(aiko) == ["Ben started following you"]
    assert counts(aiko) == [1]


def test_what_was_read_does_not_come_back_with_the_next_like(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    Api(aiko).post("/api/notifications/read-all")
    for act in (unlike_post, like_post):
        act(ben, post.pk)
    assert unread(aiko) == 0
    assert counts(aiko) == [1, 0]


def test_each_comment_is_told_and_an_edit_of_one_is_not(aiko, ben):
    post = create_post(aiko, "hello")
    comment = add_comment(ben, post.pk, "one")
    add_comment(ben, post.pk, "two")
    edit_comment(ben, comment.pk, body="three")
    assert texts(aiko) == ["Ben commented on your post"] * 2


def test_a_comment_by_one_who_is_named_and_that_names_people_is_told_once(aiko, ben, chiyo):
    """A post names people, a comment does not: its author, its post's author and others alike."""
    post = create_post(aiko, "hello @ben")
    add_comment(ben, post.pk, "@aiko and @chiyo, look")
    assert texts(aiko) == ["Ben commented on your post"]
    assert texts(ben) == ["Aiko mentioned you in a post"]
    assert texts(chiyo) == []


def test_everybody_whom_a_post_names_is_told_once(aiko, ben, chiyo):
    create_post(aiko, "@chiyo @ben @chiyo @nobody @aiko")
    assert texts(ben) == texts(chiyo) == ["Aiko mentioned you in a post"]
    assert Notification.objects.count() == 2


def test_an_edit_tells_only_those_whom_it_names_anew(aiko, ben, chiyo):
    post = create_post(aiko, "hello @ben")
    edit_post(aiko, post.pk, body="hello @ben and @chiyo")
    edit_post(aiko, post.pk, body="hello")
    edit_post(aiko, post.pk, body="hello @chiyo, @ben")
    assert counts(ben) == counts(chiyo) == [1]
    assert Notification.objects.count() == 2


def test_a_post_for_followers_tells_only_those_who_may_see_it(aiko, ben, chiyo):
    follow(ben, str(aiko.pk))
    post = create_post(aiko, "psst @ben @chiyo", "followers")
    assert texts(ben) == ["Aiko mentioned you in a post"]
    assert texts(chiyo) == []
    edit_post(aiko, post.pk, visibility="public")
    assert texts(chiyo) == ["Aiko mentioned you in a post"]
    assert counts(ben) == [1]


@pytest.mark.parametrize("blocker", ["aiko", "ben"])
def test_nothing_is_told_across_a_block(aiko, ben, blocker):
    """Saved as the admin or a shell would, past the rights of the actions."""
    post = create_post(aiko, "hello")
    pair = (aiko, ben) if blocker == "aiko" else (ben, aiko)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    Like(post=post, user=ben).save()
    Post(author=ben, body="hey @aiko").save()
    assert not Notification.objects.exists()
    assert news(aiko) == []


def test_a_rollback_leaves_neither_row_nor_count_nor_event(aiko, ben):
    post = create_post(aiko, "hello")
    with pytest.raises(RuntimeError), atomic():
        like_post(ben, post.pk)
        raise RuntimeError
    assert not Notification.objects.exists()
    assert (unread(aiko), exact(), payloads(aiko)) == (0, 0, [])


def test_the_same_cause_saved_past_the_actions_is_refused_and_not_counted(aiko, ben):
    for _ in range(2):
        again = Notification(recipient=aiko, kind="like", actor=ben, cause="like:once")
        try:
            again.save()
        except IntegrityError:
            continue
        assert again.unread_count == 1
    assert (unread(aiko), exact(), counts(aiko)) == (1, 1, [1])


def test_a_cause_is_told_in_its_own_transaction_and_carries_its_op(aiko, ben):
    post = create_post(aiko, "hello")
    Api(ben).post(f"/api/posts/{post.pk}/like", idempotency_key="click-1")
    (entry,) = news(aiko)
    assert entry.op == "click-1"
    kinds = [entry.type for entry in logged()]
    assert kinds == ["post:created", "post:liked", "notification:new"]


def test_rows_loaded_from_a_fixture_are_no_news(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    data = serializers.serialize(
        "json", [*Like.objects.all(), *Notification.objects.all(), *Inbox.objects.all()]
    )
    before = len(logged())
    for loaded in serializers.deserialize("json", data):
        loaded.save()
    assert len(logged()) == before
    assert exact() == 1


def test_a_save_of_one_that_is_there_does_not_change_whether_it_is_read(aiko, ben):
    follow(ben, str(aiko.pk))
    row = Notification.objects.get()
    row.is_read, row.text = True, "Ben is here"
    row.save()
    row.is_read = True
    row.save(update_fields=["is_read", "text"])
    assert (unread(aiko), texts(aiko)) == (1, ["Ben is here"])

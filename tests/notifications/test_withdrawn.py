"""What goes takes its notifications along: the rows, the count, and what a replay would tell."""

import pytest

from accounts.actions import follow, unfollow
from accounts.models import Block, User
from notifications import querysets
from notifications.models import Notification
from posts.actions import (
    add_comment,
    create_post,
    delete_comment,
    delete_post,
    edit_post,
    like_post,
)
from posts.models import Post
from tests.api import Api, person
from tests.notifications.conftest import counts, exact, logged, news, payloads, texts, unread

pytestmark = pytest.mark.django_db(transaction=True)


def ids(user):
    rows = Notification.objects.filter(recipient=user).order_by("pk")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def test_a_deleted_post_takes_along_what_was_told_of_it(aiko, ben, chiyo):
    post = create_post(aiko, "hello @chiyo")
    like_post(ben, post.pk)
    add_comment(ben, post.pk, "well")
    follow(ben, str(aiko.pk))
    gone = ids(aiko)[:2]
    delete_post(aiko, post.pk)
    assert texts(aiko) == ["Ben started following you"]
    assert texts(chiyo) == []
    assert (unread(aiko), unread(chiyo)) == (1, 0)
    assert payloads(aiko)[-1] == (
        "notification:read",
        {"notificationIds": gone, "userId": str(aiko.pk), "unreadCount": 1},
    )
    assert counts(chiyo) == [1, 0]
    assert logged()[-1].type == "post:deleted"


def test_what_was_read_goes_without_changing_the_count(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    Api(aiko).post("/api/notifications/read-all")
    add_comment(ben, post.pk, "well")
    follow(ben, str(aiko.pk))
    delete_post(aiko, post.pk)
    assert counts(aiko) == [1, 0, 1, 2, 1]
    assert unread(aiko) == 1


def test_a_deleted_comment_takes_along_its_own(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    comment = add_comment(ben, post.pk, "well")
    delete_comment(ben, comment.pk)
    assert texts(aiko) == ["Ben liked your post"]
    assert counts(aiko) == [1, 2, 1]
    assert exact() == 1


def test_posts_deleted_in_bulk_take_along_theirs_and_a_deletion_in_vain_nothing(aiko, ben):
    for body in ("one", "two"):
        like_post(ben, create_post(aiko, body).pk)
    copy = Post.objects.first()
    Post.objects.all().delete()
    copy.delete()
    assert counts(aiko) == [1, 2, 1, 0]
    assert exact() == 0


@pytest.mark.parametrize("blocker", ["aiko", "ben"])
def test_a_block_takes_along_what_both_were_told_of_each_other(aiko, ben, chiyo, blocker):
    post = create_post(aiko, "hello @ben")
    like_post(ben, post.pk)
    like_post(chiyo, post.pk)
    gone = {user: ids(user)[:1] for user in (aiko, ben)}
    pair = (aiko, ben) if blocker == "aiko" else (ben, aiko)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    assert (texts(aiko), texts(ben)) == (["Chiyo liked your post"], [])
    assert (unread(aiko), unread(ben)) == (1, 0)
    for user in (aiko, ben):
        assert payloads(user)[-1][1]["notificationIds"] == gone[user]
        forgotten = [effect.subject for effect in news(user)[-1].effects]
        assert forgotten == [f"notification:{pk}" for pk in gone[user]]


def test_the_end_of_a_block_brings_nothing_back_and_the_next_like_is_told(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    block = Block.objects.create(blocker=aiko, blocked=ben)
    block.delete()
    assert texts(aiko) == []
    Api(ben).delete(f"/api/posts/{post.pk}/like")
    like_post(ben, post.pk)
    assert texts(aiko) == ["Ben liked your post"]
    assert counts(aiko) == [1, 0, 1]


def test_a_post_that_narrows_takes_along_what_strangers_were_told_of_it(aiko, ben, chiyo):
    follow(ben, str(aiko.pk))
    post = create_post(aiko, "hello @ben @chiyo")
    like_post(chiyo, post.pk)
    edit_post(aiko, post.pk, visibility="followers")
    assert texts(chiyo) == []
    assert texts(ben) == ["Aiko mentioned you in a post"]
    assert texts(aiko)[0] == "Chiyo liked your post"
    assert (counts(chiyo), exact()) == ([1, 0], 3)


def test_who_ceases_to_follow_loses_what_was_told_of_posts_for_followers(aiko, ben):
    follow(ben, str(aiko.pk))
    create_post(aiko, "psst @ben", "followers")
    create_post(aiko, "hello @ben")
    unfollow(ben, str(aiko.pk))
    assert texts(ben) == ["Aiko mentioned you in a post"]
    assert counts(ben) == [1, 2, 1]
    assert exact() == 2


def test_a_user_who_leaves_takes_along_all_that_others_were_told_of_them(aiko, ben, chiyo):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    like_post(chiyo, post.pk)
    follow(ben, str(aiko.pk))
    create_post(ben, "hey @aiko")
    like_post(aiko, Post.objects.get(author=ben).pk)
    User.objects.get(username="ben").delete()
    assert texts(aiko) == ["Chiyo liked your post"]
    assert unread(aiko) == 1
    assert exact() == 1
    told_last = payloads(aiko)[-1]
    assert (told_last[0], told_last[1]["unreadCount"]) == ("notification:read", 1)


def test_many_that_go_at_once_are_named_a_part_at_a_time(aiko, monkeypatch):
    monkeypatch.setattr(querysets, "NAMED_AT_ONCE", 2)
    post = create_post(aiko, "hello")
    for n in range(5):
        like_post(person(f"user{n}"), post.pk)
    gone = ids(aiko)
    delete_post(aiko, post.pk)
    parts = [payload["notificationIds"] for kind, payload in payloads(aiko)[5:]]
    assert parts == [gone[:2], gone[2:4], gone[4:]]
    assert counts(aiko)[5:] == [3, 1, 0]


def test_one_that_is_deleted_by_hand_is_counted_and_told_once(aiko, ben):
    follow(ben, str(aiko.pk))
    row = Notification.objects.get()
    for _ in range(2):
        row.delete()
    assert (counts(aiko), exact()) == ([1, 0], 0)

"""Comments over REST: writing, editing, deleting, and who may."""

import pytest

from accounts.models import Block
from posts.actions import add_comment, create_post
from posts.models import Comment, Post
from realtime.errors import NotFound
from tests.api import Api, at_once, error, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def ben():
    return person("ben")


@pytest.fixture
def post(aiko):
    return create_post(aiko, "hello")


def test_a_comment_comes_back_as_it_is_kept(ben, post):
    answer = Api(ben).post(f"/api/posts/{post.pk}/comments/", {"body": " well\r\nsaid "})
    row = Comment.objects.get()
    moment = row.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(row.pk),
        "postId": str(post.pk),
        "author": {
            "id": str(ben.pk),
            "username": "ben",
            "displayName": "ben",
            "avatarUrl": None,
        },
        "body": "well\nsaid",
        "createdAt": moment,
        "updatedAt": moment,
        "version": 1,
    }
    assert Api(ben).get(f"/api/posts/{post.pk}/comments").json()["results"] == [answer.json()]


def test_a_comments_changes_count_for_the_post_too(ben, post):
    comment = add_comment(ben, post.pk, "one")
    answer = Api(ben).patch(f"/api/comments/{comment.pk}", {"body": "two"})
    assert (answer.json()["body"], answer.json()["version"]) == ("two", 2)
    assert Api(ben).delete(f"/api/comments/{comment.pk}").status_code == 204
    added, updated, deleted = (payload for _, payload in told()[1:])
    assert [payload["version"] for payload in (added, updated, deleted)] == [2, 3, 4]
    assert [payload["commentCount"] for payload in (added, updated, deleted)] == [1, 1, 0]
    assert updated["comment"] == answer.json()
    assert (deleted["commentId"], deleted["reason"]) == (str(comment.pk), "author")


def test_an_edit_that_changes_nothing_is_none(ben, post):
    comment = add_comment(ben, post.pk, "one")
    for body in ({}, {"body": " one\n"}):
        assert Api(ben).patch(f"/api/comments/{comment.pk}/", body).json()["version"] == 1
    assert len(told()) == 2


def test_two_thousand_characters_are_the_most(ben, post):
    path = f"/api/posts/{post.pk}/comments"
    assert Api(ben).post(path, {"body": "語" * 2_000}).status_code == 201
    assert error(Api(ben).post(path, {"body": "語" * 2_001})) == (400, "invalid")
    assert error(Api(ben).post(path, {"body": " "})) == (400, "invalid")
    assert error(Api(ben).post(path)) == (400, "invalid")


def test_only_its_author_edits_a_comment_and_the_posts_author_may_delete_it(aiko, ben, post):
    chiyo = person("chiyo")
    comment = add_comment(ben, post.pk, "well")
    path = f"/api/comments/{comment.pk}"
    assert error(Api(aiko).patch(path, {"body": "x"})) == (403, "forbidden")
    assert error(Api(chiyo).patch(path, {"body": "x"})) == (403, "forbidden")
    assert error(Api(chiyo).delete(path)) == (403, "forbidden")
    assert Api(aiko).delete(path).status_code == 204
    assert error(Api(ben).delete(path)) == (404, "not_found")


def test_a_comment_under_a_post_that_one_may_not_see_is_not_there(aiko, ben):
    hidden = create_post(aiko, "for followers", "followers")
    comment = add_comment(aiko, hidden.pk, "psst")
    for method in ("patch", "delete"):
        answer = getattr(Api(ben), method)(f"/api/comments/{comment.pk}", {"body": "x"})
        assert error(answer) == (404, "not_found")


def test_to_a_blocked_pair_each_others_comments_do_not_exist_but_count(aiko, ben, post):
    chiyo = person("chiyo")
    comment = add_comment(ben, post.pk, "well")
    Block.objects.create(blocker=chiyo, blocked=ben)
    seen = Api(chiyo).get(f"/api/posts/{post.pk}/comments").json()["results"]
    assert seen == []
    assert error(Api(chiyo).delete(f"/api/comments/{comment.pk}")) == (404, "not_found")
    assert Api(chiyo).get(f"/api/posts/{post.pk}").json()["commentCount"] == 1


def test_counts_are_exact_when_many_comment_and_delete_at_once(ben, post):
    def say_and_take_back(n):
        comment = add_comment(ben, post.pk, str(n))
        if n % 2:
            comment.delete()

    at_once(lambda n=n: say_and_take_back(n) for n in range(20))
    row = Post.objects.get()
    assert (row.comment_count, Comment.objects.count(), row.version) == (10, 10, 31)


def test_a_comment_deleted_twice_at_once_counts_once(ben, post):
    comment = add_comment(ben, post.pk, "well")
    at_once([lambda: Comment.objects.filter(pk=comment.pk).delete()] * 8)
    assert Post.objects.get().comment_count == 0
    assert [kind for kind, _ in told()].count("comment:deleted") == 1


def test_a_comment_that_was_deleted_does_not_come_back_by_a_save(ben, post):
    comment = add_comment(ben, post.pk, "well")
    Comment.objects.all().delete()
    comment.body = "again"
    with pytest.raises(NotFound):
        comment.save()
    assert not Comment.objects.exists()

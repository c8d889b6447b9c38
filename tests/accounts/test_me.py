"""One's own profile, and the end of an account with all that was written in its name."""

import json

import pytest
from django.test import Client

from accounts.actions import block, follow
from accounts.models import Block, Follow, Login, User
from posts.actions import add_comment, create_post, follow_hashtag, like_post
from posts.models import Comment, HashtagFollow, Like, Post
from realtime.database import in_database
from realtime.events import Close
from realtime.testing import Closed
from tests.api import PASSWORD, Api, at_once, entries, error, told
from tests.live import events_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_ones_own_profile_has_what_only_oneself_may_know(aiko):
    assert Api(aiko).get("/api/users/me").json() == {
        "id": str(aiko.pk),
        "username": "aiko",
        "displayName": "aiko",
        "avatarUrl": None,
        "followerCount": 0,
        "followingCount": 0,
        "isFollowed": False,
        "isBlocked": False,
        "showPresence": True,
    }


def test_name_and_visibility_can_be_changed_together_or_alone(aiko):
    api = Api(aiko)
    changed = api.patch("/api/users/me", {"displayName": " 愛子 ", "showPresence": False}).json()
    assert (changed["displayName"], changed["showPresence"]) == ("愛子", False)
    changed = api.patch("/api/users/me/", {"showPresence": True}).json()
    assert (changed["displayName"], changed["showPresence"]) == ("愛子", True)
    assert api.patch("/api/users/me", {}).json() == changed
    assert api.get("/api/users/me").json() == changed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("displayName", " "),
        ("displayName", "a" * 101),
        ("displayName", "a\nb"),
        ("displayName", 7),
        ("displayName", None),
        ("showPresence", "no"),
        ("showPresence", 0),
        ("showPresence", None),
    ],
)
def test_what_will_not_do_is_named_and_changes_nothing(aiko, field, value):
    answer = Api(aiko).patch("/api/users/me", {"displayName": "Aiko", field: value})
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == [field]
    aiko.refresh_from_db()
    assert (aiko.display_name, aiko.show_presence) == ("aiko", True)


@pytest.mark.parametrize("body", [{}, {"password": "wrong"}, {"password": None}, {"password": 7}])
def test_without_the_password_no_account_ends(aiko, body):
    answer = Api(aiko).delete("/api/users/me", body)
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == ["password"]
    assert User.objects.filter(pk=aiko.pk).exists()


def test_with_an_account_goes_all_that_was_written_and_each_thing_is_told(aiko, ben):
    follow(ben, str(aiko.pk))
    follow(aiko, str(ben.pk))
    follow_hashtag(aiko, "tag")
    hers, his = create_post(aiko, "hers"), create_post(ben, "his @aiko")
    like_post(aiko, his.pk)
    comment = add_comment(aiko, his.pk, "well")
    add_comment(ben, hers.pk, "under hers")
    block(aiko, str(create_blocked().pk))
    before = len(told())
    api = Api(aiko)
    answer = api.delete("/api/users/me", {"password": PASSWORD})
    assert (answer.status_code, answer.content) == (204, b"")
    news = [one for one in told()[before:] if not one[0].startswith("notification:")]
    assert [(kind, payload and payload.get("reason")) for kind, payload in news] == [
        ("post:unliked", None),
        ("comment:deleted", "author"),
        ("post:deleted", "author"),
        ("", None),
    ]
    assert news[1][1]["commentId"] == str(comment.pk)
    assert news[2][1]["postId"] == str(hers.pk)
    closed = [one for one in entries()[-1].effects if isinstance(one, Close)]
    assert [(one.code, one.user) for one in closed] == [(4003, str(aiko.pk))]
    for model in (Follow, Block, Like, Comment, HashtagFollow):
        assert not model.objects.exists(), model
    assert list(Post.objects.values_list("body", flat=True)) == ["his @aiko"]
    ben.refresh_from_db()
    assert (ben.follower_count, ben.following_count) == (0, 0)
    assert error(api.get("/api/users/me")) == (401, "unauthenticated")


def create_blocked():
    user = User(username="diego")
    user.save()
    return user


def test_a_session_ends_with_its_account(aiko):
    browser = Client()
    browser.force_login(aiko)
    body = json.dumps({"password": PASSWORD})
    answer = browser.delete("/api/users/me", body, content_type="application/json")
    assert answer.status_code == 204
    assert browser.get("/api/users/me").status_code == 401
    assert not Login.objects.exists()


async def test_a_deleted_users_sockets_close_and_their_followers_hear_of_each_post(
    sit, aiko, ben, chiyo
):
    await in_database(follow, ben, str(aiko.pk))
    post = await in_database(create_post, aiko, "hers", "followers")
    hers, his = await sit(aiko), await sit(ben)
    await in_database(aiko.delete)
    with pytest.raises(Closed) as closed:
        while True:
            await hers.receive()
    assert closed.value.code == 4003
    seen = await events_until(his, chiyo)
    assert [(kind, payload["postId"]) for kind, payload in seen] == [("post:deleted", str(post.pk))]


def test_what_is_written_while_its_author_leaves_is_there_before_or_never(aiko, ben):
    post = create_post(ben, "his")
    api = Api(aiko)

    def write():
        return api.post(f"/api/posts/{post.pk}/comments", {"body": "well"}).status_code

    def like():
        return api.post(f"/api/posts/{post.pk}/like").status_code

    def leave():
        return api.delete("/api/users/me", {"password": PASSWORD}).status_code

    answers = at_once([write, like, leave, write, like])
    assert answers[2] == 204
    assert set(answers) <= {200, 201, 204, 401, 404}
    post.refresh_from_db()
    assert (post.comment_count, post.like_count) == (0, 0)
    assert not Comment.objects.exists()
    assert not Like.objects.exists()

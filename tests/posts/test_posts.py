"""Posts over REST: writing, reading, editing, deleting, and who may."""

import pytest

from accounts.actions import follow, unfollow
from accounts.models import Block
from posts.actions import add_comment, create_post, like_post
from posts.models import Comment, Like, Mention, Post, PostHashtag
from realtime.transactions import atomic
from tests.api import Api, error, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko", display_name="愛子")


@pytest.fixture
def ben():
    return person("ben")


def test_a_post_comes_back_as_it_is_kept(aiko, ben):
    body = "  hello @ben\r\n#Django #日本語\r  "
    answer = Api(aiko).post("/api/posts", {"body": body})
    assert answer.status_code == 201
    post = answer.json()
    row = Post.objects.get()
    moment = row.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert post == {
        "id": str(row.pk),
        "author": {
            "id": str(aiko.pk),
            "username": "aiko",
            "displayName": "愛子",
            "avatarUrl": None,
        },
        "body": "hello @ben\n#Django #日本語",
        "hashtags": ["django", "日本語"],
        "mentions": [
            {"id": str(ben.pk), "username": "ben", "displayName": "ben", "avatarUrl": None}
        ],
        "visibility": "public",
        "likeCount": 0,
        "commentCount": 0,
        "isLiked": False,
        "createdAt": moment,
        "updatedAt": moment,
        "version": 1,
    }
    assert Api(ben).get(f"/api/posts/{row.pk}").json() == post
    assert Api(ben).get("/api/posts/").json()["results"] == [post]


def test_whether_a_post_is_liked_is_about_the_reader(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    assert Api(ben).get(f"/api/posts/{post.pk}/").json()["isLiked"] is True
    assert Api(aiko).get(f"/api/posts/{post.pk}").json()["isLiked"] is False
    assert [p["isLiked"] for p in Api(ben).get("/api/posts").json()["results"]] == [True]


def test_the_longest_body_counts_code_points_after_trimming(aiko):
    api = Api(aiko)
    assert api.post("/api/posts", {"body": " " + "🙂" * 5_000 + "\n"}).status_code == 201
    # NFC makes one code point of the two.
    assert api.post("/api/posts", {"body": "e\u0301" * 5_000}).json()["body"] == "é" * 5_000
    assert error(api.post("/api/posts", {"body": "a" * 5_001})) == (400, "invalid")


def test_an_edit_reads_hashtags_and_mentions_anew(aiko, ben):
    chiyo = person("chiyo")
    post = create_post(aiko, "#one #two @ben")
    answer = Api(aiko).patch(f"/api/posts/{post.pk}", {"body": "#two #three @chiyo @ben"})
    body = answer.json()
    assert (answer.status_code, body["version"]) == (200, 2)
    assert body["hashtags"] == ["two", "three"]
    assert [user["username"] for user in body["mentions"]] == ["chiyo", "ben"]
    assert set(PostHashtag.objects.values_list("tag", flat=True)) == {"two", "three"}
    assert list(Mention.objects.values_list("user", flat=True)) == [chiyo.pk, ben.pk]
    assert body["updatedAt"] >= body["createdAt"]


def test_an_edit_that_changes_nothing_is_none(aiko):
    post = create_post(aiko, "hello")
    api = Api(aiko)
    for body in ({}, {"body": " hello "}, {"visibility": "public"}, {"likeCount": 9}):
        assert api.patch(f"/api/posts/{post.pk}", body).json()["version"] == 1


def test_an_old_instance_that_is_saved_takes_no_count_back(aiko, ben):
    old = create_post(aiko, "hello")
    like_post(ben, old.pk)
    add_comment(ben, old.pk, "well")
    old.body = "hello again"
    old.save()
    row = Post.objects.get()
    assert (row.body, row.like_count, row.comment_count, row.version) == ("hello again", 1, 1, 4)


def test_a_deleted_post_takes_along_what_is_under_it(aiko, ben):
    post = create_post(aiko, "hello #tag @ben")
    like_post(ben, post.pk)
    add_comment(ben, post.pk, "well")
    answer = Api(aiko).delete(f"/api/posts/{post.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    for model in (Post, Comment, Like, Mention, PostHashtag):
        assert not model.objects.exists()
    assert error(Api(aiko).delete(f"/api/posts/{post.pk}")) == (404, "not_found")


def test_only_the_author_changes_a_post(aiko, ben):
    post = create_post(aiko, "hello")
    assert error(Api(ben).patch(f"/api/posts/{post.pk}", {"body": "x"})) == (403, "forbidden")
    assert error(Api(ben).delete(f"/api/posts/{post.pk}")) == (403, "forbidden")
    assert Post.objects.get().body == "hello"


def test_a_post_for_followers_is_not_there_for_others(aiko, ben):
    post = create_post(aiko, "hello #tag", "followers")
    path = f"/api/posts/{post.pk}"
    api = Api(ben)
    strangers = [
        api.get(path),
        api.patch(path, {"body": "x"}),
        api.patch(path, {"body": 7}),
        api.delete(path),
        api.post(f"{path}/like"),
        api.delete(f"{path}/like"),
        api.get(f"{path}/comments"),
        api.post(f"{path}/comments", {"body": "x"}),
    ]
    assert {error(answer) for answer in strangers} == {(404, "not_found")}
    follow(ben, str(aiko.pk))
    assert api.get(path).json()["visibility"] == "followers"
    assert api.post(f"{path}/like").json()["likeCount"] == 1
    unfollow(ben, str(aiko.pk))
    assert error(api.get(path)) == (404, "not_found")
    assert Api(aiko).get(path).status_code == 200


@pytest.mark.parametrize("turned", [False, True])
def test_to_a_blocked_pair_each_others_posts_do_not_exist(aiko, ben, turned):
    post = create_post(aiko, "hello")
    pair = (ben, aiko) if turned else (aiko, ben)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    api = Api(ben)
    assert error(api.get(f"/api/posts/{post.pk}")) == (404, "not_found")
    assert error(api.post(f"/api/posts/{post.pk}/like")) == (404, "not_found")
    assert api.get("/api/posts").json()["results"] == []
    assert api.get(f"/api/posts?author={aiko.pk}").json()["results"] == []


def test_a_rollback_leaves_nothing_and_tells_nothing(aiko):
    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), atomic():
        post = create_post(aiko, "never said #tag")
        like_post(aiko, post.pk)
        raise Interrupted
    assert not Post.objects.exists()
    assert not PostHashtag.objects.exists()
    assert told() == []


@pytest.mark.parametrize("pk", ["1", "x" * 300, "%00", "01a20bb4-9bf9-7371-89cc-d793b79e7509"])
def test_a_post_that_is_not_there_is_not_found(aiko, pk):
    for path in (
        f"/api/posts/{pk}",
        f"/api/posts/{pk}/like/",
        f"/api/comments/{pk}",
    ):
        assert error(Api(aiko).delete(path)) == (404, "not_found")


def test_a_mention_beyond_the_twentieth_does_not_count(aiko):
    people = [person(f"user{n}") for n in range(22)]
    post = create_post(aiko, "@nobody " + " ".join(f"@{user.username}" for user in people))
    assert post.mentioned == people[:20]

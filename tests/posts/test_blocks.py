"""To a blocked pair each other's posts and comments do not exist: by REST, live and on replay."""

import threading

import pytest

from accounts.actions import block, follow, unblock, unfollow
from posts import actions
from posts.actions import (
    add_comment,
    create_post,
    delete_post,
    edit_post,
    like_post,
    unlike_post,
)
from posts.models import Comment, Like, Post
from realtime.database import in_database
from realtime.errors import NotFound
from realtime.hub import Hub
from realtime.ring import Ring
from tests.api import Api, at_once, error, person, told
from tests.live import events_until, frames_until, join, news, replayed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["blocks", "is blocked"])
def reader(request, aiko, ben, chiyo):
    """Ben, who has blocked Aiko or was blocked by her."""
    return ben


@pytest.fixture
def part(request, aiko, ben):
    """Parts Aiko and Ben, the one way or the other."""
    one, other = (ben, aiko) if "is blocked" not in request.node.name else (aiko, ben)
    return lambda: block(one, str(other.pk))


def bodies(answer):
    assert answer.status_code == 200, answer.content
    return [one["body"] for one in answer.json()["results"]]


# -- REST ------------------------------------------------------------------------------------


def test_every_path_of_the_others_post_is_none(reader, part, aiko, chiyo):
    post = create_post(aiko, "hers #tag")
    comment = add_comment(reader, post.pk, "mine, under hers")
    part()
    api, path = Api(reader), f"/api/posts/{post.pk}"
    for method, rest, body in (
        ("get", "", None),
        ("patch", "", {"body": "x"}),
        ("delete", "", None),
        ("post", "/like", None),
        ("delete", "/like", None),
        ("get", "/comments", None),
        ("post", "/comments", {"body": "x"}),
    ):
        assert error(getattr(api, method)(path + rest, body)) == (404, "not_found")
    assert error(api.patch(f"/api/comments/{comment.pk}", {"body": "x"})) == (404, "not_found")
    assert Api(chiyo).get(path).json()["commentCount"] == 1


def test_no_list_has_what_the_other_wrote(reader, part, aiko, chiyo):
    follow(reader, str(aiko.pk))
    create_post(aiko, "hers #tag")
    post = create_post(chiyo, "a third one's #tag")
    for author in (aiko, reader, chiyo):
        add_comment(author, post.pk, f"by {author}")
    part()
    api = Api(reader)
    for query in ("", "?feed=public", "?hashtag=tag"):
        assert bodies(api.get(f"/api/posts{query}")) == ["a third one's #tag"]
    assert bodies(api.get("/api/posts?feed=home")) == []
    assert bodies(api.get(f"/api/posts?author={aiko.pk}")) == []
    path = f"/api/posts/{post.pk}"
    assert bodies(api.get(f"{path}/comments")) == ["by ben", "by chiyo"]
    assert bodies(Api(aiko).get(f"{path}/comments")) == ["by aiko", "by chiyo"]
    assert bodies(Api(chiyo).get(f"{path}/comments")) == ["by aiko", "by ben", "by chiyo"]
    assert api.get(path).json()["commentCount"] == 3


def test_one_cannot_touch_the_others_comment_under_a_third_ones_post(reader, part, aiko, chiyo):
    comment = add_comment(aiko, create_post(chiyo, "hello").pk, "hers")
    part()
    answer = Api(reader).delete(f"/api/comments/{comment.pk}")
    assert error(answer) == (404, "not_found")


def test_a_mention_across_a_block_is_nobodys(reader, part, aiko, chiyo):
    post = create_post(reader, "hello @aiko @chiyo")
    assert [user.username for user in post.mentioned] == ["aiko", "chiyo"]
    part()
    again = Api(reader).post("/api/posts", {"body": "and @aiko @chiyo"}).json()
    assert [user["username"] for user in again["mentions"]] == ["chiyo"]
    edited = edit_post(reader, post.pk, body="hello again @aiko @chiyo")
    assert [user.username for user in edited.mentioned] == ["chiyo"]


def test_when_the_block_ends_all_is_there_again(reader, part, aiko):
    post = create_post(aiko, "hers")
    part()
    for one, other in ((aiko, reader), (reader, aiko)):
        try:
            unblock(one, str(other.pk))
        except NotFound:
            continue
    assert Api(reader).get(f"/api/posts/{post.pk}").status_code == 200
    like_post(reader, post.pk)


# -- at the same time ------------------------------------------------------------------------


@pytest.mark.parametrize("act", [like_post, lambda who, pk: add_comment(who, pk, "well")])
def test_what_has_begun_under_a_post_is_older_than_the_block(aiko, ben, act, monkeypatch):
    """The rights are read, then somebody blocks: the block waits for what they were read for."""
    post = create_post(aiko, "hers")
    read, blocked, was_first = threading.Event(), threading.Event(), []
    original = actions.visible_post

    def slowly(*arguments):
        found = original(*arguments)
        read.set()
        was_first.append(blocked.wait(0.5))
        return found

    monkeypatch.setattr(actions, "visible_post", slowly)

    def parting():
        assert read.wait(10)
        block(aiko, str(ben.pk))
        blocked.set()

    at_once([lambda: act(ben, post.pk), parting])
    assert was_first == [False]
    kinds = [kind for kind, _ in told() if not kind.startswith("notification:")]
    assert kinds.index("user:blocked") == len(kinds) - 1 == 2
    with pytest.raises(NotFound):
        act(ben, post.pk)


def test_counts_stay_exact_when_many_write_and_block_at_once(aiko, ben):
    post = create_post(aiko, "hers")
    commented = []

    def write():
        try:
            like_post(ben, post.pk)
            commented.append(add_comment(ben, post.pk, "well"))
            unlike_post(ben, post.pk)
        except NotFound:
            return

    def part_and_meet():
        block(aiko, str(ben.pk))
        unblock(aiko, str(ben.pk))

    at_once([write, part_and_meet] * 10)
    row = Post.objects.get()
    assert row.comment_count == len(commented) == Comment.objects.count()
    assert row.like_count == Like.objects.count()
    told_last = [payload for kind, payload in told() if kind in ("post:liked", "post:unliked")][-1:]
    assert [payload["likeCount"] for payload in told_last] in ([row.like_count], [])


# -- live, and on replay -----------------------------------------------------------------------


async def test_a_blocked_pair_gets_nothing_of_each_other(sit, reader, part, aiko, chiyo):
    await in_database(follow, reader, str(aiko.pk))
    hers = await in_database(create_post, aiko, "hers #tag")
    third = await in_database(create_post, chiyo, "a third one's")
    his = await sit(reader)
    await join(his, f"post:{hers.pk}", f"post:{third.pk}", "hashtag:tag")
    await in_database(part)
    await frames_until(his, chiyo, "parted")

    def much():
        create_post(aiko, "more #tag")
        edit_post(aiko, hers.pk, body="edited #tag")
        add_comment(chiyo, hers.pk, "a third one under hers")
        like_post(chiyo, hers.pk)
        like_post(aiko, third.pk)
        add_comment(aiko, third.pk, "hers under a third one's")
        delete_post(aiko, hers.pk)

    await in_database(much)
    assert await events_until(his, chiyo) == []


async def test_where_a_like_was_withheld_its_count_comes_with_the_next_one(
    sit, reader, part, aiko, chiyo
):
    third = await in_database(create_post, chiyo, "a third one's")
    await in_database(part)
    his = await sit(reader)
    await in_database(like_post, aiko, third.pk)
    await in_database(like_post, chiyo, third.pk)
    seen = await events_until(his, chiyo)
    assert [(kind, one["userId"], one["likeCount"]) for kind, one in seen] == [
        ("post:liked", str(chiyo.pk), 2)
    ]


async def test_a_thread_of_the_other_is_left_with_the_block_and_cannot_be_joined(
    sit, reader, part, aiko, chiyo
):
    hers = await in_database(create_post, aiko, "hers")
    sockets = [await sit(reader), await sit(reader, path="/ws/posts/")]
    for socket in sockets:
        await join(socket, f"post:{hers.pk}")
    await in_database(part)
    for number, socket in enumerate(sockets):
        frames = await frames_until(socket, chiyo, str(number))
        left = [frame["payload"] for frame in frames if frame["type"] == "room:left"]
        assert left == [{"room": f"post:{hers.pk}", "reason": "blocked"}]
        answer = await socket.command("room:join", {"room": f"post:{hers.pk}"})
        assert answer["payload"]["code"] == "unknown_room"


async def test_who_unfollows_leaves_the_threads_that_were_for_followers(sit, aiko, ben, chiyo):
    await in_database(follow, ben, str(aiko.pk))
    open_one = await in_database(create_post, aiko, "public")
    closed_one = await in_database(create_post, aiko, "psst", "followers")
    his, hers = await sit(ben), await sit(aiko)
    for socket in (his, hers):
        await join(socket, f"post:{open_one.pk}", f"post:{closed_one.pk}")
    await in_database(unfollow, ben, str(aiko.pk))
    frames = await frames_until(his, chiyo, "1")
    left = {frame["payload"]["room"] for frame in frames if frame["type"] == "room:left"}
    assert left == {f"following:{aiko.pk}", f"post:{closed_one.pk}"}
    for post in (open_one, closed_one):
        await in_database(add_comment, aiko, post.pk, "well")
    for socket, count in ((his, 1), (hers, 2)):
        seen = await events_until(socket, chiyo, f"2 {count}")
        assert [kind for kind, _ in seen] == ["comment:added"] * count


async def test_who_was_a_follower_before_a_block_is_none_in_the_thread_after_it(
    sit, aiko, ben, chiyo
):
    await in_database(follow, ben, str(aiko.pk))
    post = await in_database(create_post, aiko, "psst", "followers")
    his = await sit(ben)
    await join(his, f"post:{post.pk}")
    for act in (block, unblock):
        await in_database(act, aiko, str(ben.pk))
    await frames_until(his, chiyo, "met again")
    await in_database(add_comment, aiko, post.pk, "well")
    assert await events_until(his, chiyo) == []


@pytest.mark.parametrize("source", ["the ring", "the log"])
async def test_a_replay_goes_by_the_blocks_of_now(sit, reader, part, aiko, chiyo, source):
    his = await sit(reader)
    before = his.welcome["cursor"]

    def much():
        hers, third = create_post(aiko, "hers"), create_post(chiyo, "a third one's")
        add_comment(chiyo, hers.pk, "a third one under hers")
        add_comment(aiko, third.pk, "hers under a third one's")
        like_post(aiko, third.pk)
        like_post(chiyo, third.pk)
        return third

    third, writer = await in_database(much), await in_database(person, "writer")
    assert len(await events_until(his, writer)) == 6
    await in_database(part)
    if source == "the log":
        Hub.running().ring = Ring()
    frames = [one for one in news(await replayed(reader, before)) if one["type"] != "user:blocked"]
    seen = [(frame["type"], frame["payload"]) for frame in frames][:-1]  # the writer's
    assert [kind for kind, _ in seen] == ["post:created", "post:liked"]
    assert seen[0][1]["post"]["id"] == str(third.pk)
    assert seen[1][1]["userId"] == str(chiyo.pk)

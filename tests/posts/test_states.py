"""Posts, comments and likes among people who block each other: a page that knew what REST said,
and was told of the rest, knows what REST says now.

Counts under a block: the event of one who is parted from the reader is withheld, and its count
comes with the next one; so they are compared where somebody else's event came after it.
"""

import random
from contextlib import suppress

import pytest

from accounts.actions import block, follow
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
from posts.models import Comment, Post
from realtime.cursor import Cursor
from realtime.database import in_database
from realtime.errors import Forbidden, NotFound
from tests.api import Api, person
from tests.live import events_until, news, replayed

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(user):
    """All posts and comments as REST shows them to the user."""
    api = Api(user)
    posts, comments = {}, {}
    for feed in ("public", "home"):
        for post in api.get(f"/api/posts?feed={feed}&limit=100").json()["results"]:
            posts[post["id"]] = post
    for pk in posts:
        for one in api.get(f"/api/posts/{pk}/comments?limit=100").json()["results"]:
            comments[one["id"]] = one
    return posts, comments


def applied(state, events, reader):
    """The same after some events; and the posts that came back, whose rest a page fetches."""
    posts, comments = ({pk: dict(one) for pk, one in table.items()} for table in state)
    back = set()
    for kind, payload in events:
        if kind in ("post:created", "post:updated"):
            post = payload["post"]
            if kind == "post:updated" and post["id"] not in posts:
                back.add(post["id"])
            liked = posts.get(post["id"], {}).get("isLiked", False)
            posts[post["id"]] = {**post, "isLiked": liked}
        elif kind == "post:deleted":
            posts.pop(payload["postId"], None)
            comments = {k: one for k, one in comments.items() if one["postId"] != payload["postId"]}
        elif kind in ("post:liked", "post:unliked"):
            post = posts[payload["postId"]]
            post |= {name: payload[name] for name in ("likeCount", "version")}
            if payload["userId"] == str(reader.pk):
                post["isLiked"] = kind == "post:liked"
        elif kind.startswith("comment:"):
            post = posts[payload["postId"]]
            post |= {name: payload[name] for name in ("commentCount", "version")}
            if kind == "comment:deleted":
                comments.pop(payload["commentId"], None)
            else:
                comments[payload["comment"]["id"]] = payload["comment"]
    return posts, comments, back


def differences(state, events, reader, afresh):
    """What differs between a page that was told of events and one that is fetched afresh."""
    posts, comments, back = applied(state, events, reader)
    for table in (posts, afresh[0]):
        for pk in back & table.keys():
            table[pk] = {name: one for name, one in table[pk].items() if name != "isLiked"}
    wrong = [(pk, posts.get(pk), one) for pk, one in afresh[0].items() if posts.get(pk) != one]
    wrong += [(pk, one, None) for pk, one in posts.items() if pk not in afresh[0]]
    for pk in comments.keys() | afresh[1].keys():
        told, there = comments.get(pk), afresh[1].get(pk)
        if told != there and (told or there)["postId"] not in back:
            wrong.append((pk, told, there))
    return wrong


def step(rng, who):
    posts, comments = list(Post.objects.all()), list(Comment.objects.all())
    post, comment = rng.choice(posts), rng.choice(comments) if comments else None
    acts = [
        lambda: create_post(who, f"#{rng.choice('ab')}", rng.choice(["public", "followers"])),
        lambda: like_post(who, post.pk),
        lambda: unlike_post(who, post.pk),
        lambda: add_comment(who, post.pk, f"well {rng.randrange(99)}"),
        lambda: edit_post(who, post.pk, body=f"edited {rng.randrange(99)} #c"),
        lambda: edit_post(who, post.pk, visibility=rng.choice(["public", "followers"])),
        lambda: delete_post(who, post.pk),
    ]
    weights = [2, 5, 2, 5, 3, 2, 1]
    if comment:
        acts += [
            lambda: edit_comment(who, comment.pk, body=f"edited {rng.randrange(99)}"),
            lambda: delete_comment(who, comment.pk),
        ]
        weights += [3, 2]
    with suppress(NotFound, Forbidden):
        rng.choices(acts, weights)[0]()


def a_world():
    """Five people, of whom four follow all they may; the second and the third are parted."""
    people = [person(f"user{n}") for n in range(5)]
    block(people[1], str(people[2].pk))
    for one in people[:4]:
        for other in people:
            if one != other:
                with suppress(NotFound, Forbidden):
                    follow(one, str(other.pk))
    for who in people:
        create_post(who, "the first #a")
    return people


def some_steps(people, rng, count):
    for _ in range(count):
        step(rng, rng.choice(people))


def settle(people):
    """Everything is liked and commented on by somebody who is parted from nobody."""
    for post in Post.objects.all():
        other = people[0] if post.author_id != people[0].pk else people[3]
        unlike_post(other, post.pk)
        like_post(other, post.pk)
        add_comment(other, post.pk, "and that is that")


@pytest.mark.parametrize("seed", range(4))
async def test_state_and_events_are_the_state_fetched_afresh_live_and_after_an_absence(
    sit, transactional_db, seed
):
    people = await in_database(a_world)
    writer, rng = await in_database(person, "writer"), random.Random(seed)
    await in_database(some_steps, people, rng, 20)
    before = [await in_database(fetched, user) for user in people]
    sockets = [await sit(user) for user in people]
    await in_database(some_steps, people, rng, 120)
    await in_database(settle, people)
    afresh = [await in_database(fetched, user) for user in people]
    end = Cursor.parse((await sit(writer)).welcome["cursor"]).seq
    for number, user in enumerate(people):
        live = await events_until(sockets[number], writer, f"mark {number}")
        assert differences(before[number], live, user, afresh[number]) == []
        frames = news(await replayed(user, sockets[number].welcome["cursor"]))
        missed = [(one["type"], one["payload"]) for one in frames if int(one["seq"]) <= end]
        assert differences(before[number], missed, user, afresh[number]) == []

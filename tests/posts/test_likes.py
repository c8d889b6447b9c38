"""Likes: idempotent, and exact however many come at once."""

import json
import random
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from posts.actions import create_post, like_post, unlike_post
from posts.models import Like, Post
from tests.api import Api, at_once, person, told


@pytest.fixture
def aiko(transactional_db):
    return person("aiko")


@pytest.fixture
def post(aiko):
    return create_post(aiko, "hello")


def state():
    """Count, version and rows of the one post."""
    row = Post.objects.get()
    return row.like_count, row.version, Like.objects.count()


def test_to_like_and_unlike_twice_is_no_error_and_told_once(aiko, post):
    api, path = Api(aiko), f"/api/posts/{post.pk}/like"
    for _ in range(2):
        assert api.post(path).json() == {"likeCount": 1, "isLiked": True, "version": 2}
    for _ in range(2):
        assert api.delete(path).json() == {"likeCount": 0, "isLiked": False, "version": 3}
    liked, unliked = told()[1:]
    assert liked[0] == "post:liked"
    assert liked[1].items() >= {"likeCount": 1, "version": 2, "userId": str(aiko.pk)}.items()
    assert unliked[0] == "post:unliked"
    assert unliked[1].items() >= {"likeCount": 0, "version": 3, "postId": str(post.pk)}.items()


def test_fifty_threads_that_like_and_unlike_leave_exact_counts(post):
    """Thread n ends with a like when n is even: 25 of them."""
    people = [person(f"user{n}") for n in range(50)]

    def back_and_forth(n):
        last = like_post if n % 2 == 0 else unlike_post
        for act in (like_post, unlike_post, like_post, last):
            act(people[n], post.pk)

    at_once(lambda n=n: back_and_forth(n) for n in range(50))
    # 25 × (like, unlike, like) and 25 × (like, unlike, like, unlike), each one version.
    assert state() == (25, 1 + 25 * 3 + 25 * 4, 25)
    changes = [payload for kind, payload in told() if kind in ("post:liked", "post:unliked")]
    assert [change["version"] for change in changes] == list(range(2, 177))
    assert changes[-1]["likeCount"] == 25


def test_fifty_clicks_of_one_user_at_once_are_one_like(aiko, post):
    answers = at_once([lambda: Api(aiko).post(f"/api/posts/{post.pk}/like").json()] * 50)
    assert {answer["likeCount"] for answer in answers} == {1}
    assert state() == (1, 2, 1)
    at_once([lambda: unlike_post(aiko, post.pk)] * 50)
    assert state() == (0, 3, 0)


def test_a_post_that_is_deleted_while_others_like_it_leaves_nothing(aiko, post):
    people = [person(f"user{n}") for n in range(10)]

    def try_to_like(user):
        return Api(user).post(f"/api/posts/{post.pk}/like").status_code

    jobs = [lambda user=user: try_to_like(user) for user in people]
    jobs.insert(5, lambda: Post.objects.get().delete())
    statuses = {result for result in at_once(jobs) if isinstance(result, int)}
    assert statuses <= {200, 404}
    assert (Post.objects.count(), Like.objects.count()) == (0, 0)
    kinds = [kind for kind, _ in told()]
    assert kinds.index("post:deleted") == len(kinds) - 1


def test_a_bulk_deletion_of_likes_counts_and_tells(aiko, post):
    like_post(aiko, post.pk)
    Like.objects.all().delete()
    assert state() == (0, 3, 0)
    assert [kind for kind, _ in told()] == ["post:created", "post:liked", "post:unliked"]


class Remote:
    """Requests over the network to a site that is a process of its own."""

    def __init__(self, site):
        self.site, self.token = site, None

    def register(self, username):
        body = {"username": username, "password": "correct horse battery"}
        self.token = self.send("POST", "/api/auth/register", body)["access"]
        return self

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.site.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


def test_on_postgresql_and_over_the_network_they_are_exact_too(start_site, postgres_server):
    site = start_site(database_url=postgres_server.migrated("likes"))
    with ThreadPoolExecutor(10) as pool:
        people = list(pool.map(lambda n: Remote(site).register(f"user{n}"), range(10)))
    post = people[0].send("POST", "/api/posts", {"body": "hello"})
    path = f"/api/posts/{post['id']}/like"

    def click(n):
        rng = random.Random(n)
        for _ in range(4):
            people[n % 10].send(rng.choice(["POST", "DELETE"]), path)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(click, range(50)))
    likes = 0
    for one in people:
        likes += one.send("GET", f"/api/posts/{post['id']}")["isLiked"]
    assert people[0].send("GET", f"/api/posts/{post['id']}")["likeCount"] == likes

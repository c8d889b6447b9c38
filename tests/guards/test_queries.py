"""No list asks the database once for each of its rows: the queries do not grow with them."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.actions import block, follow
from posts.actions import add_comment, create_post, follow_hashtag, like_post
from tests.api import person

#: Every path that answers a GET with rows, or about one.
PATHS = (
    "/",
    "/?feed=home",
    "/posts/{post}/",
    "/posts/{post}/edit/",
    "/posts/{theirs}/report/",
    "/comments/{comment}/edit/",
    "/comments/{said}/report/",
    "/@aiko/",
    "/@ben0/",
    "/tags/tea/",
    "/notifications/",
    "/settings/",
    "/api/users/me",
    "/api/users?username=ben0",
    "/api/users/{user}",
    "/api/users/{user}/followers",
    "/api/users/{user}/following",
    "/api/users/me/blocks",
    "/api/posts",
    "/api/posts?feed=home",
    "/api/posts?author={user}",
    "/api/posts?hashtag=tea",
    "/api/posts/{post}",
    "/api/posts/{post}/comments",
    "/api/notifications",
    "/api/notifications?unread=true",
    "/api/presence?users={user},{other}",
    "/api/realtime/poll?limit=500&timestamp=2026-01-01T00:00:00Z&rooms=post:{post}",
)
#: What has a GET but reads no rows, or is not ours.
OTHERS = re.compile(r"admin|i18n|healthz|readyz|metrics|favicon|schema|docs|log|sign|stream")

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """A reader with as much around as is asked for."""

    def __init__(self) -> None:
        self.reader = person("aiko")
        self.post = create_post(self.reader, "a post that all talk about #tea")
        self.comment = add_comment(self.reader, self.post.pk, "first")
        self.count = 0
        follow_hashtag(self.reader, "tea")

    def grow(self, by: int) -> None:
        """So many people come, write, like, follow, are followed; as many are blocked."""
        for number in range(self.count, self.count + by):
            ben, chiyo = person(f"ben{number}"), person(f"chiyo{number}")
            follow(self.reader, str(ben.pk))
            follow(ben, str(self.reader.pk))
            written = create_post(ben, f"tea again, @aiko and @chiyo{number} #tea #n{number}")
            create_post(self.reader, f"my own, @ben{number} #tea")
            like_post(self.reader, written.pk)
            like_post(ben, self.post.pk)
            self.said, self.theirs = add_comment(ben, self.post.pk, "indeed").pk, written.pk
            block(self.reader, str(chiyo.pk))
            self.user, self.other = ben.pk, chiyo.pk
        self.count += by

    def path(self, path: str) -> str:
        return path.format(
            post=self.post.pk,
            theirs=self.theirs,
            comment=self.comment.pk,
            said=self.said,
            user=self.user,
            other=self.other,
        )


def queries(browser: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.content[:500])
    return [one["sql"] for one in captured.captured_queries]


def test_no_path_asks_more_often_when_there_is_more() -> None:
    world, browser = World(), Client()
    browser.force_login(world.reader)
    world.grow(3)
    for path in PATHS:
        queries(browser, world.path(path))  # what is read once for all
    few = {path: queries(browser, world.path(path)) for path in PATHS}
    world.grow(9)
    many = {path: queries(browser, world.path(path)) for path in PATHS}
    grown = {path: many[path] for path in PATHS if len(many[path]) > len(few[path])}
    assert grown == {}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every pattern that there is, whole and without its anchors."""
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path.replace("^", "").replace("/?$", "").rstrip("$")
        else:
            yield from patterns(one, path)


def test_every_path_that_reads_is_looked_at() -> None:
    world, browser = World(), Client()
    world.grow(1)
    browser.force_login(world.reader)
    looked_at = {get_resolver().resolve(world.path(one).partition("?")[0]).route for one in PATHS}
    looked_at = {route.replace("^", "").replace("/?$", "").rstrip("$") for route in looked_at}
    example = {"post_id": world.post.pk, "comment_id": world.comment.pk, "user_id": world.user}
    example |= {"username": "ben0", "tag": "tea", "notification_id": world.post.pk}
    forgotten = []
    for pattern in patterns(get_resolver()):
        if pattern not in looked_at and not OTHERS.search(pattern):
            path = re.sub(r"\(\?P<(\w+)>[^)]+\)", lambda name: str(example[name[1]]), pattern)
            if browser.get(f"/{path}").status_code not in (404, 405):
                forgotten.append(pattern)
    assert forgotten == []

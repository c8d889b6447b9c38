"""A page's form whose transaction meets another is sent once and runs again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from accounts.models import User
from posts.actions import create_post
from posts.models import Post
from realtime import transactions
from realtime.transactions import Conflict, atomic
from tests.api import Api, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def met(monkeypatch):
    """The first like meets another writer after it has written."""
    really, times = Post.objects._queryset_class.touch, []

    def touch(self, pk, **counters):
        times.append(pk)
        if len(times) == 1:
            raise Conflict("as MongoDB tells it")
        return really(self, pk, **counters)

    monkeypatch.setattr(Post.objects._queryset_class, "touch", touch)
    return times


def test_a_like_by_form_is_there_once(met):
    aiko = person("aiko")
    post = create_post(aiko, "hello")
    browser = Client()
    browser.force_login(aiko)
    answer = browser.post(f"/posts/{post.pk}/like/", {"like": "1"})
    assert answer.status_code < 400
    assert (len(met), Post.objects.get(pk=post.pk).like_count) == (2, 1)


@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_like_by_rest_is_there_once(met, key):
    aiko = person("aiko")
    post = create_post(aiko, "hello")
    answer = Api(aiko).post(f"/api/posts/{post.pk}/like/", idempotency_key=key)
    assert answer.status_code < 400
    assert (len(met), Post.objects.get(pk=post.pk).like_count) == (2, 1)


def test_likes_of_one_post_by_many_at_once_are_all_counted():
    post = create_post(person("aiko"), "hello")
    people = [Api(person(f"user{n}")) for n in range(6)]
    together = threading.Barrier(len(people))

    def like(api):
        together.wait(20)
        return api.post(f"/api/posts/{post.pk}/like/").status_code

    with ThreadPoolExecutor(len(people)) as threads:
        codes = list(threads.map(like, people))
    assert max(codes) < 300
    assert Post.objects.get(pk=post.pk).like_count == len(people)


def test_who_holds_a_row_for_too_long_is_waited_for_and_then_given_up(monkeypatch):
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 0.05)
    aiko = person("aiko")
    post = create_post(aiko, "hello")
    api = Api(aiko)
    with ThreadPoolExecutor(1) as other, atomic():
        User.objects.lock(aiko.pk)
        answer = other.submit(api.post, f"/api/posts/{post.pk}/like/").result(20)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"

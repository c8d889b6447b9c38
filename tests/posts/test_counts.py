"""``manage.py recount``: says which counts are wrong, and puts them right."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts.actions import follow
from accounts.models import User
from posts.actions import add_comment, create_post, like_post
from posts.models import Post
from tests.api import told

pytestmark = pytest.mark.django_db(transaction=True)


def recount(**options):
    output = StringIO()
    call_command("recount", stdout=output, **options)
    return output.getvalue().splitlines()


@pytest.fixture
def post(aiko, ben):
    follow(ben, str(aiko.pk))
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    add_comment(ben, post.pk, "well")
    return Post.objects.get()


def test_where_all_is_right_it_says_so_and_changes_nothing(post):
    assert recount() == ["all counts are right"]
    assert Post.objects.get().version == post.version


def test_it_says_what_was_wrong_and_puts_it_right(post, aiko, ben):
    Post.objects.update(like_count=7, comment_count=0)
    User.objects.filter(pk=aiko.pk).update(follower_count=0)
    User.objects.filter(pk=ben.pk).update(following_count=3)
    before = len(told())
    wrong = [
        f"user {aiko.pk}: follower_count was 0, should be 1",
        f"user {ben.pk}: following_count was 3, should be 1",
        f"post {post.pk}: like_count was 7, should be 1",
        f"post {post.pk}: comment_count was 0, should be 1",
    ]
    assert recount(dry_run=True) == [*wrong, "4 to correct"]
    assert recount() == [*wrong, "4 corrected"]
    assert recount() == ["all counts are right"]
    row = Post.objects.get()
    assert (row.like_count, row.comment_count) == (1, 1)
    # So that a client which fetches it takes it for newer than what it has.
    assert row.version == post.version + 2
    assert len(told()) == before


def test_it_looks_at_every_row_however_many(aiko, monkeypatch):
    monkeypatch.setattr("accounts.counts.CHUNK", 2)
    posts = [create_post(aiko, str(number)) for number in range(5)]
    Post.objects.update(like_count=F("like_count") + 1)
    said = recount()
    assert [line.split()[1] for line in said[:-1]] == [f"{post.pk}:" for post in posts]

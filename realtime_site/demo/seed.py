"""The demo's first day: people, whom they follow, and what they have written so far."""

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.actions import follow
from accounts.models import User
from posts.actions import add_comment, create_post, like_post
from posts.models import Comment, Post
from realtime.transactions import atomic
from realtime_site.demo.people import FIRST_POSTS, PASSWORD, RESIDENTS, STAFF, VISITORS
from realtime_site.demo.talk import comment_on

#: The oldest post is so old.
FIRST_POST_AGE = timedelta(days=2)


def seed(rng: Random) -> bool:
    """Fill an empty database; False, and nothing done, when there are users already."""
    if User.objects.exists():
        return False
    with atomic():  # all or nothing, and one commit is quicker than two hundred
        people = _make_people()
        _make_follows(people, rng)
        _make_posts(people, rng)
    return True


def _make_people() -> dict[str, User]:
    make = User.objects.create_user
    people = {
        person.username: make(person.username, password=PASSWORD, display_name=person.display_name)
        for person in VISITORS
    }
    for person in RESIDENTS:  # without a password
        people[person.username] = make(person.username, display_name=person.display_name)
    User.objects.create_superuser(
        STAFF.username, password=PASSWORD, display_name=STAFF.display_name
    )
    return people


def _make_follows(people: dict[str, User], rng: Random) -> None:
    for person in people.values():
        others = [other for other in people.values() if other != person]
        for other in rng.sample(others, 4):
            follow(person, str(other.pk))


def _make_posts(people: dict[str, User], rng: Random) -> None:
    now = timezone.now()
    for number, (username, body) in enumerate(FIRST_POSTS):
        # Closer together the younger they are: so does a feed look that people use.
        share = (len(FIRST_POSTS) - number) / len(FIRST_POSTS)
        written_at = now - FIRST_POST_AGE * share**3
        post = create_post(people[username], body, "public")
        others = [person for person in people.values() if person.username != username]
        for person in rng.sample(others, rng.randint(1, 6)):
            like_post(person, post.pk)
        for person in rng.sample(others, rng.choice((0, 1, 1, 2))):
            add_comment(person, post.pk, comment_on(body, rng))
        _backdate(post, written_at, now)


def _backdate(post: Post, written_at: datetime, now: datetime) -> None:
    """Let a post and its comments be older than they are; nobody is connected who could tell."""
    Post.objects.filter(pk=post.pk).update(created_at=written_at, updated_at=written_at)
    comments = list(Comment.objects.filter(post=post).order_by("id"))
    # Three minutes apart, or closer where the post is too young for that.
    pause = min(timedelta(minutes=3), (now - written_at) / (len(comments) + 1))
    for number, comment in enumerate(comments, start=1):
        at = written_at + pause * number
        Comment.objects.filter(pk=comment.pk).update(created_at=at, updated_at=at)

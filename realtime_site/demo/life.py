"""The demo's residents: they post, like and comment while the demo runs.

A thread beside the server. It acts through the same functions as REST and the pages, so that
what one sees is what the site does.
"""

import logging
from collections.abc import Iterator
from random import Random
from threading import Event, Thread

from django.db import connection

from accounts.models import User
from posts.actions import add_comment, create_post, delete_post, like_post, unlike_post
from posts.models import Comment, Like, Post
from realtime.errors import NotFound
from realtime_site.demo.people import POSTS, RESIDENTS
from realtime_site.demo.talk import comment_on

logger = logging.getLogger(__name__)

#: Seconds between two things that happen: often enough to see life, slow enough to follow it.
PAUSE_SECONDS = (0.8, 2.4)
#: Residents' posts that are kept, so that a demo that runs for weeks does not fill the disk.
MAX_POSTS = 200
#: Comments under one post at which residents find that all has been said.
MAX_COMMENTS = 8
#: They look at so many of the newest posts.
READ_POSTS = 8


class Life(Thread):
    """Acts until told to stop."""

    def __init__(self, rng: Random) -> None:
        super().__init__(name="demo life", daemon=True)
        self._rng = rng
        self._over = Event()
        self._sayings = _shuffled_for_ever(POSTS, rng)

    def stop(self) -> None:
        """End after the present step."""
        self._over.set()
        if self.is_alive():
            self.join(5)

    def run(self) -> None:
        try:
            while not self._over.wait(self._rng.uniform(*PAUSE_SECONDS)):
                self.step()
        finally:
            connection.close()

    def step(self) -> None:
        """Do one thing."""
        act = self._rng.choices(
            [self._post, self._like, self._comment, self._unlike], weights=[20, 50, 25, 5]
        )[0]
        try:
            act()
        except NotFound:
            pass  # a visitor has just deleted what a resident was looking at
        except Exception:
            logger.exception("a demo resident failed to act")

    def _post(self) -> None:
        username, body = next(self._sayings)
        create_post(_user(username), body, "public")
        residents = [person.username for person in RESIDENTS]
        theirs = Post.objects.filter(author__username__in=residents).order_by("-id")
        for post in theirs.select_related("author")[MAX_POSTS:]:
            delete_post(post.author, post.pk)

    def _like(self) -> None:
        person, post = self._somebody(), self._some_post()
        if post:
            like_post(person, post.pk)

    def _unlike(self) -> None:
        like = Like.objects.filter(user=self._somebody()).order_by("-id").first()
        if like:
            unlike_post(like.user, like.post_id)

    def _comment(self) -> None:
        person, post = self._somebody(), self._some_post()
        if post and Comment.objects.filter(post=post).count() < MAX_COMMENTS:
            add_comment(person, post.pk, comment_on(post.body, self._rng))

    def _somebody(self) -> User:
        return _user(self._rng.choice(RESIDENTS).username)

    def _some_post(self) -> Post | None:
        newest = list(Post.objects.filter(visibility="public").order_by("-id")[:READ_POSTS])
        return self._rng.choice(newest) if newest else None


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _shuffled_for_ever(
    sayings: tuple[tuple[str, str], ...], rng: Random
) -> Iterator[tuple[str, str]]:
    """All of them in a random order, then again in another."""
    while True:
        yield from rng.sample(sayings, len(sayings))

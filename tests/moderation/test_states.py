"""The state equation of ``tests/posts/test_states.py``, with a moderator who hides and restores."""

import random
from contextlib import suppress

import pytest

from posts.actions import add_comment, like_post, unlike_post
from posts.models import Comment, Post
from realtime.cursor import Cursor
from realtime.database import in_database
from realtime.errors import NotFound
from tests.api import person
from tests.live import events_until, news, replayed
from tests.posts.test_states import a_world, differences, fetched, step

pytestmark = pytest.mark.django_db(transaction=True)


def moderate(rng):
    """Something is hidden, or brought back."""
    rows = [*Post.objects.all(), *Comment.objects.all()]
    row = rng.choice([one for one in rows if one.is_hidden] or rows)
    if rng.random() < 0.5:
        row = rng.choice(rows)
    with suppress(NotFound):
        row.restore() if row.is_hidden else row.hide()


def some_steps(people, rng, count):
    for _ in range(count):
        moderate(rng) if rng.random() < 0.3 else step(rng, rng.choice(people))


def settle(people):
    """One is hidden; the others are liked and commented on by who is parted from nobody."""
    Post.objects.filter(hidden_at=None)[0].hide()
    for post in Post.objects.filter(hidden_at=None):
        other = people[0] if post.author_id != people[0].pk else people[3]
        unlike_post(other, post.pk)
        like_post(other, post.pk)
        add_comment(other, post.pk, "and that is that")


@pytest.mark.parametrize("seed", range(2))
async def test_state_and_events_are_the_state_fetched_afresh_whatever_a_moderator_does(
    sit, transactional_db, seed
):
    people = await in_database(a_world)
    writer, rng = await in_database(person, "writer"), random.Random(seed)
    await in_database(some_steps, people, rng, 20)
    before = [await in_database(fetched, user) for user in people]
    sockets = [await sit(user) for user in people]
    await in_database(some_steps, people, rng, 100)
    await in_database(settle, people)
    afresh = [await in_database(fetched, user) for user in people]
    end = Cursor.parse((await sit(writer)).welcome["cursor"]).seq
    for number, user in enumerate(people):
        live = await events_until(sockets[number], writer, f"mark {number}")
        assert differences(before[number], live, user, afresh[number]) == []
        frames = news(await replayed(user, sockets[number].welcome["cursor"]))
        missed = [(one["type"], one["payload"]) for one in frames if int(one["seq"]) <= end]
        assert differences(before[number], missed, user, afresh[number]) == []

"""Whom one follows and blocks: what a page knew, and what it was told since, is what REST says."""

import random
from contextlib import suppress

import pytest

from accounts.actions import block, follow, unblock, unfollow
from realtime.database import in_database
from realtime.errors import Forbidden, NotFound
from tests.api import Api, person
from tests.live import events_until, news, replayed

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(user):
    """What REST says of whom the user follows and blocks."""
    api = Api(user)
    lists = (f"/api/users/{user.pk}/following?limit=100", "/api/users/me/blocks?limit=100")
    following, blocked = ({one["id"] for one in api.get(path).json()["results"]} for path in lists)
    return {"follow": following, "block": blocked}


def applied(state, events):
    """The same after some events."""
    state = {name: set(ids) for name, ids in state.items()}
    for kind, payload in events:
        table = state["follow" if "follow" in kind else "block"]
        (table.discard if ":un" in kind else table.add)(payload["targetId"])
    return state


def some_steps(people, rng, count):
    acts = [follow] * 4 + [unfollow] + [block] * 2 + [unblock] * 2
    for _ in range(count):
        one, other = rng.sample(people, 2)
        with suppress(NotFound, Forbidden):
            rng.choice(acts)(one, str(other.pk))


@pytest.mark.parametrize("seed", range(3))
async def test_state_and_events_are_the_state_fetched_afresh_live_and_after_an_absence(
    sit, transactional_db, seed
):
    people = [await in_database(person, f"user{n}") for n in range(4)]
    writer, rng = await in_database(person, "writer"), random.Random(seed)
    await in_database(some_steps, people, rng, 15)
    before = [await in_database(fetched, user) for user in people]
    sockets = [await sit(user) for user in people]
    await in_database(some_steps, people, rng, 40)
    for number, user in enumerate(people):
        after = await in_database(fetched, user)
        live = await events_until(sockets[number], writer, f"mark {number}")
        own = [one for one in live if one[0].startswith("user:")]
        assert applied(before[number], own) == after
        frames = news(await replayed(user, sockets[number].welcome["cursor"]))
        missed = [(frame["type"], frame["payload"]) for frame in frames]
        assert [one for one in missed if one[0].startswith("user:")] == own
    assert before != [await in_database(fetched, user) for user in people]

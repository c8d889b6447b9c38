"""The checker sees what it is there to see: each bug on purpose is caught by a short history."""

import pytest

from tests.history import schedule
from tests.history.checker import breaches
from tests.history.story import Story

pytestmark = pytest.mark.planted

#: How processes interleave is not the seed's, and a quarter of the histories may miss the rarest
#: bug: so each gets several to show itself.
TRIES = 8


@pytest.mark.parametrize(
    ("plant", "setup", "telling"),
    [
        ("id_as_cursor", "postgres-redis", {"lost", "log"}),
        ("one_statement_sequencer", "postgres-redis", {"log", "lost", "phantom"}),
        ("publish_before_commit", "sqlite-redis", {"frame", "phantom"}),
        ("no_healing", "sqlite-redis", {"lost"}),
        ("rights_of_then_on_replay", "sqlite", {"forbidden"}),
    ],
)
async def test_a_planted_bug_is_caught(stage, plant, setup, telling):
    playing = await stage(setup, plant)
    kinds: set[str] = set()
    for seed in range(TRIES):
        plan = schedule.make(seed, setup, schedule.DENSE)
        history = await Story(plan, playing).play()
        kinds |= {text.partition(":")[0] for text in breaches(history)}
        if kinds & telling:
            return
    assert kinds & telling

"""Whatever dies, every reader ends with exactly the events that it may see, in their order."""

import pytest

from tests.history import schedule
from tests.history.checker import breaches
from tests.history.story import Story

pytestmark = pytest.mark.history

SEEDS = {"sqlite": range(0, 6), "sqlite-redis": range(6, 13), "postgres-redis": range(13, 20)}


@pytest.mark.parametrize(
    ("setup", "seed"), [(setup, seed) for setup, seeds in SEEDS.items() for seed in seeds]
)
async def test_every_reader_ends_with_what_it_may_see_once_and_in_order(stage, setup, seed):
    plan = schedule.make(seed, setup)
    history = await Story(plan, await stage(setup)).play()
    assert breaches(history) == []
    assert history.deliveries > 100

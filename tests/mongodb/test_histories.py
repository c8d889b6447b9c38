"""Whatever dies, every reader ends with exactly the events that it may see, in their order."""

import pytest

from tests.history import schedule
from tests.history.checker import breaches
from tests.history.story import Story

pytestmark = pytest.mark.history


@pytest.mark.parametrize("seed", range(20, 26))
async def test_every_reader_ends_with_what_it_may_see_once_and_in_order(stage, seed):
    plan = schedule.make(seed, "mongodb-redis")
    history = await Story(plan, await stage("mongodb-redis")).play()
    assert breaches(history) == []
    assert history.deliveries > 100

"""The stages of the histories: one for each setup, started when the first history asks for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.history.schedule import Setup
from tests.history.stage import Stage
from tests.mongodb import servers as mongodb
from tests.servers import Missing


def pytest_configure(config):
    config.addinivalue_line("markers", "history: a random history with faults; takes seconds")
    config.addinivalue_line("markers", "planted: a history with a bug that must be caught")


@pytest.fixture(scope="session")
async def stage(
    server_folder: Callable[[str], Path], migrated_sqlite: Path
) -> AsyncIterator[Callable[..., Awaitable[Stage]]]:
    """A running stage: ``await stage("sqlite")``; those that are alike are shared."""
    stages: dict[tuple[Setup, str], Stage] = {}

    async def start(setup: Setup, plant: str = "") -> Stage:
        # An emulator of MongoDB is slower with every row: its histories begin with none.
        is_emulated = setup == "mongodb-redis" and mongodb.is_emulated()
        found = None if is_emulated else stages.get((setup, plant))
        if found is None:
            # Only one at a time: this is a small machine.
            for old in stages.values():
                await old.stop()
            stages.clear()
            try:
                found = Stage(setup, server_folder, migrated_sqlite, plant=plant)
            except Missing as missing:
                pytest.skip(str(missing))
            stages[setup, plant] = found
            await found.start()
        return found

    yield start
    for one in stages.values():
        await one.stop()

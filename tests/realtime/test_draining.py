"""A server that ends lets its readers go at the pace of those who take them."""

import asyncio

import pytest

from realtime import draining
from realtime.draining import Pace, drain, most_seconds, pace
from tests.realtime.conftest import ON_DATABASE, said, texts


@pytest.mark.parametrize(
    ("readers", "wave", "spread"),
    [
        (0, 25, 0.0),
        (25, 25, 0.0),
        (750, 25, 0.0),
        (751, 26, 0.0),
        (20_000, 667, 0.0),
        (24_000, 800, 0.0),
        (32_000, 1_067, 10.0),
        (60_000, 2_000, 30.0),
    ],
)
def test_waves_of_25_go_where_others_take_them_and_all_within_30_seconds(readers, wave, spread):
    assert pace(readers, others=True) == Pace(wave, 1, spread)


@pytest.mark.parametrize(
    ("readers", "seconds"),
    [(0, 1.0), (800, 1.0), (880, 1.1), (8_000, 10.0), (24_000, 30.0), (24_080, 30.0)],
)
def test_all_go_at_once_where_nobody_takes_them_and_come_back_over_a_longer_time(readers, seconds):
    assert pace(readers, others=False) == Pace(256, 0, seconds)


@pytest.mark.parametrize(("servers", "seconds"), [(1, 5), (2, 35)])
def test_the_end_by_force_waits_for_the_last_of_them(settings, servers, seconds):
    settings.SERVERS = servers
    assert most_seconds() == seconds


@ON_DATABASE
async def test_who_has_not_been_told_yet_is_served_until_then(
    hub, open_socket, settings, monkeypatch
):
    settings.SERVERS = 2
    monkeypatch.setattr(draining, "WAVE", 1)
    gate, sleep = asyncio.Event(), asyncio.sleep

    async def wait(seconds):
        await (gate.wait() if seconds == draining.PAUSE else sleep(seconds))

    monkeypatch.setattr(draining.asyncio, "sleep", wait)
    sockets = {name: (await open_socket(name))[0] for name in ("ann", "ben")}
    task = asyncio.create_task(drain(hub))
    await sleep(0)
    [left] = hub.readers.connections
    staying = sockets.pop(left.identity.user_id)
    [leaving] = sockets.values()
    assert await leaving.close_code() == 4200
    await said("still here")
    assert await texts(staying, 1) == ["still here"]
    assert not task.done()
    gate.set()
    assert await staying.close_code() == 4200
    for socket in (leaving, staying):
        await socket.close()
    await asyncio.wait_for(task, 5)

"""A server that ends lets its readers go at the pace of those who take them."""

import asyncio

import pytest

from realtime import draining
from realtime.draining import Pace, drain, most_seconds, pace, spread
from tests.realtime.conftest import ON_DATABASE, said, texts


@pytest.mark.parametrize(
    ("readers", "seconds", "handful"),
    [(0, 0, 1), (1, 0.01, 5), (100, 1, 5), (1_500, 15, 5), (1_501, 15, 6), (20_000, 15, 67)],
)
def test_a_hundred_a_second_go_where_others_take_them_and_all_within_15_seconds(
    readers, seconds, handful
):
    assert pace(readers, others=True) == Pace(pytest.approx(seconds), handful)


def test_all_go_at_once_where_nobody_takes_them():
    assert pace(20_000, others=False) == Pace(0, 256)


@pytest.mark.parametrize(
    ("sockets", "seconds"),
    [(0, 1.0), (800, 1.0), (880, 1.1), (8_000, 10.0), (24_000, 30.0), (24_080, 30.0)],
)
def test_they_come_back_over_a_time_that_grows_with_their_number(sockets, seconds):
    assert spread(sockets) == seconds


def test_the_time_over_which_they_went_counts():
    assert spread(20_000, 15) == 10
    assert spread(12_000, 15) == 1


@pytest.mark.parametrize(("servers", "seconds"), [(1, 5), (2, 20)])
def test_the_end_by_force_waits_for_the_last_of_them(settings, servers, seconds):
    settings.SERVERS = servers
    assert most_seconds() == seconds


@ON_DATABASE
async def test_who_has_not_been_told_yet_is_served_until_then(
    hub, open_socket, settings, monkeypatch
):
    settings.SERVERS = 2
    monkeypatch.setattr(draining, "PARTINGS_PER_SECOND", 1)
    gate, sleep = asyncio.Event(), asyncio.sleep

    async def wait(seconds):
        await (gate.wait() if seconds == draining.TICK else sleep(seconds))

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

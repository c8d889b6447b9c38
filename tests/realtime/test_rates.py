"""What is counted, over processes; and what happens when nobody can count."""

import logging
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches

from realtime import rates
from realtime.errors import RateLimited
from realtime.windows import Rate

#: The begin of a window of a minute.
NOON = 1_800_000_000.0


@pytest.fixture(autouse=True)
def three_a_minute(settings):
    settings.RATES = {"write": Rate(3, 60), "login": Rate(1, 1)}


@pytest.fixture
def on_redis(settings, redis_server):
    settings.CACHES = cache_on(redis_server.port)
    caches.create_connection("default").clear()
    return redis_server


def cache_on(port):
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
        }
    }


def taken(whom, times, now=NOON):
    """How many of so many are taken."""
    count = 0
    for _ in range(times):
        try:
            rates.take("write", whom, now=now)
            count += 1
        except RateLimited:
            pass
    return count


def test_three_are_taken_and_the_fourth_is_told_when_to_come_again():
    assert taken("ann", 3) == 3
    with pytest.raises(RateLimited) as refusal:
        rates.take("write", "ann", now=NOON)
    assert refusal.value.retry_after == 80
    assert taken("ann", 1, now=NOON + 79) == 0
    assert taken("ann", 2, now=NOON + 80) == 1


def test_everybody_is_counted_alone_and_each_rate_by_itself():
    assert taken("ann", 9) == 3
    assert taken("bob", 9) == 3
    rates.take("login", "ann", now=NOON)
    with pytest.raises(RateLimited):
        rates.take("login", "ann", now=NOON)


def test_who_goes_on_asking_is_let_in_no_later_for_it():
    assert taken("ann", 3) == 3
    for second in range(80):
        assert taken("ann", 50, now=NOON + second) == 0
    assert taken("ann", 50, now=NOON + 80) == 1


def test_what_is_given_back_does_not_count():
    first = rates.take("write", "ann", now=NOON)
    assert taken("ann", 2) == 2
    first.give_back()
    assert taken("ann", 9) == 1


@pytest.mark.parametrize("whom", ["", "a b\n\0", "愛子", "x" * 10_000])
def test_anything_may_be_a_name(whom, recwarn):
    assert taken(whom, 9) == 3
    assert not list(recwarn)


def test_of_many_at_once_no_more_are_taken_than_in_turn():
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: taken("ann", 1), range(64))) == 3


def test_two_processes_with_one_redis_count_together(on_redis):
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as pool:
        counts = pool.starmap(taken_elsewhere, [(on_redis.port, 40)] * 2, chunksize=1)
    assert sum(counts) == 3
    assert taken("ann", 9) == 0
    assert taken("bob", 9) == 3


def taken_elsewhere(port, times):
    """In another process: how many of so many are taken."""
    import django
    from django.conf import settings

    django.setup()
    settings.CACHES = cache_on(port)
    settings.RATES = {"write": Rate(3, 60)}
    return taken("ann", times)


def test_a_redis_that_hangs_refuses_nobody_and_costs_one_wait(on_redis, caplog):
    assert taken("ann", 9) == 3
    on_redis.freeze()
    try:
        with caplog.at_level(logging.WARNING, "realtime.rates"):
            begun = time.monotonic()
            assert taken("ann", 1) == 1
            assert time.monotonic() - begun < 0.5
            begun = time.monotonic()
            assert taken("ann", 1_000) == 1_000
            assert time.monotonic() - begun < 0.5
    finally:
        on_redis.wake()
    assert len(caplog.records) == 1
    assert "no limit is kept" in caplog.text


def test_a_redis_that_is_gone_is_asked_again_and_counts_again(
    settings, on_redis, caplog, monkeypatch
):
    monkeypatch.setattr(rates, "LEFT_ALONE_SECONDS", 0.0)
    on_redis.stop()
    with caplog.at_level(logging.WARNING, "realtime.rates"):
        assert taken("ann", 20) == 20
        assert len(caplog.records) == 1  # once, not for each
        on_redis.start()
        assert taken("ann", 9) == 3
    assert [record.getMessage()[:28] for record in caplog.records] == [
        "the cache cannot be asked, s",
        "the cache answers again: lim",
    ]


def test_a_count_is_kept_until_the_window_after_its_own_is_over(monkeypatch):
    """Counted at the very begin of a window, it is asked for to the end of the next."""
    kept = []
    cache = caches["default"]
    add = type(cache).add

    def record(self, key, value, timeout):
        kept.append(timeout)
        return add(self, key, value, timeout=timeout)

    monkeypatch.setattr(type(cache), "add", record)
    rates.Store(cache).counts("key", 7, 60)
    assert kept[0] >= 2 * 60

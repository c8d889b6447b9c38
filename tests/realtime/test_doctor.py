"""The doctor: each thing that may be wrong is provoked here, and found by its name."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import override_settings

from realtime import log
from realtime.conf import Conf
from realtime.doctor import configuration, database, eventlog, layer, machine
from realtime.doctor.clocks import compare
from realtime.doctor.finding import Finding
from realtime.models import LogEntry, LogHead
from tests.realtime_site.test_checks import ALONE, GOOD
from tests.servers import Server


def bad(found: Iterable[Finding]) -> dict[str, str]:
    """What is not well, by its code; each says how to mend it."""
    not_well = [one for one in found if one.level != "ok"]
    assert all(one.says and one.mend for one in not_well)
    return {one.code: one.level for one in not_well}


# -- settings ------------------------------------------------------------------------------------


@pytest.fixture
def static_root(tmp_path: Path) -> str:
    (tmp_path / "staticfiles.json").write_text("{}")
    return str(tmp_path)


def of_settings(static_root: str, **changed: object) -> dict[str, str]:
    with override_settings(**GOOD | ALONE | {"STATIC_ROOT": static_root} | changed):
        return bad(configuration.look(django_settings))


def test_good_settings_are_well(static_root: str) -> None:
    assert of_settings(static_root) == {}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"STATIC_ROOT": "/nowhere"}, {"settings.static": "wrong"}),
        ({"JWT_SIGNING_KEY": "a" * 60}, {"settings.site.E001": "wrong"}),
        ({"SESSION_COOKIE_SECURE": False}, {"settings.security.W012": "warning"}),
        (
            {"DEBUG": True},
            {"settings.security.W018": "warning", "settings.site.E003": "wrong"},
        ),
        # Nobody else reaches it: what only matters then is left out.
        (
            {"DEBUG": True, "ALLOWED_HOSTS": ["localhost"], "SESSION_COOKIE_SECURE": False},
            {"settings.debug_here": "warning"},
        ),
    ],
)
def test_what_the_checks_say_is_among_the_findings(
    static_root: str, changed: dict[str, object], found: dict[str, str]
) -> None:
    assert of_settings(static_root, **changed) == found


def test_too_few_files_for_all_connections_are_found() -> None:
    assert bad([machine.look(Conf(max_connections=10**9))]) == {"files.limit": "wrong"}
    assert bad([machine.look(Conf(max_connections=10))]) == {}


# -- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "is_well"), [(101.9, True), (98.1, True), (103, False), (96, False)]
)
def test_a_clock_that_is_wrong_is_found(theirs: float, is_well: bool) -> None:
    found = compare("Redis", theirs, asked=100.0, answered=100.0)
    assert bad([found]) == ({} if is_well else {"clock.redis": "wrong"})


def test_a_slow_answer_makes_no_clock_wrong() -> None:
    assert bad([compare("Redis", 104.0, asked=100.0, answered=106.0)]) == {}


# -- the log -------------------------------------------------------------------------------------


@pytest.fixture
def ten_events(transactional_db: None) -> Iterator[None]:
    """A log of ten entries, numbered 1 to 10."""
    LogEntry.objects.all().delete()
    LogHead.objects.all().delete()
    now = log.now()
    LogHead.objects.create(epoch="e", last_seq=10, floor_seq=0, last_at=now)
    for seq in range(1, 11):
        LogEntry.objects.create(seq=seq, type="a:b", body="{}", numbered_at=now)
    yield
    LogEntry.objects.all().delete()
    LogHead.objects.all().delete()


@pytest.mark.usefixtures("ten_events")
def test_a_log_that_is_whole_is_well() -> None:
    assert bad(eventlog.look()) == {}
    assert next(iter(eventlog.look())).says == "The log e goes from 1 to 10: 10 entries."


@pytest.mark.usefixtures("ten_events")
def test_a_hole_in_the_log_is_found() -> None:
    LogEntry.objects.filter(seq=5).delete()
    assert bad(eventlog.look()) == {"log.hole": "wrong"}


@pytest.mark.usefixtures("ten_events")
def test_tables_of_different_moments_are_found() -> None:
    LogHead.objects.update(last_seq=8)
    assert bad(eventlog.look()) == {"log.bounds": "wrong"}
    LogHead.objects.update(last_seq=10, floor_seq=2)
    assert bad(eventlog.look()) == {"log.bounds": "wrong"}


@pytest.mark.usefixtures("ten_events")
def test_entries_that_nobody_numbers_are_found() -> None:
    LogEntry.objects.create(type="a:b", body="{}")
    assert bad(eventlog.look()) == {}
    assert bad(eventlog.look(log.now() + timedelta(seconds=11))) == {"log.backlog": "wrong"}


@pytest.mark.usefixtures("ten_events")
def test_a_log_that_nobody_trims_is_found() -> None:
    assert bad(eventlog.look(log.now() + timedelta(hours=24, minutes=9))) == {}
    assert bad(eventlog.look(log.now() + timedelta(hours=24, minutes=11))) == {
        "log.untrimmed": "wrong"
    }


@pytest.mark.usefixtures("ten_events")
def test_a_log_from_the_future_is_found() -> None:
    LogHead.objects.update(last_at=log.now() + timedelta(minutes=1))
    assert bad(eventlog.look()) == {"log.ahead_of_time": "warning"}


# -- SQLite and versions -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_sqlite_without_wal_or_that_may_lose_a_commit_is_found(migrated_sqlite: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this run is not on SQLite")
    plain = migrated_sqlite.with_name("plain.sqlite3")
    plain.write_bytes(migrated_sqlite.read_bytes())
    with sqlite3.connect(plain) as file:
        file.execute("PRAGMA journal_mode=DELETE")
    here = dict(connections["default"].settings_dict) | {"NAME": str(plain)}
    other = connections["default"].__class__(
        here | {"OPTIONS": {"init_command": "PRAGMA synchronous=NORMAL"}}
    )
    try:
        assert bad(database.look(other, processes=1)) == {
            "database.sqlite_journal": "wrong",
            "database.not_durable": "wrong",
        }
    finally:
        other.close()


def test_versions_that_are_too_old_are_found() -> None:
    assert bad([database.postgresql_version(130_014)]) == {"database.version": "wrong"}
    assert bad([database.postgresql_version(140_001)]) == {}
    assert bad([layer.version("6.0.16")]) == {"redis.version": "wrong"}
    assert bad([layer.version("7.0.15")]) == {}


def test_pools_that_want_more_than_postgresql_gives_are_found() -> None:
    assert bad([database.connections(4, 20, 97)]) == {}
    assert bad([database.connections(5, 20, 97)]) == {"database.connections": "wrong"}


# -- Redis, the real one -------------------------------------------------------------------------


@pytest.fixture
def redis_client(redis_server: Server) -> Iterator[object]:
    """A client of the real Redis, which is as it was afterwards."""
    import redis

    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")
        client.config_resetstat()


def test_a_redis_that_is_well_is_well(redis_server: Server) -> None:
    assert bad(layer.look(redis_server.url)) == {}


def test_a_redis_that_does_not_answer_is_found() -> None:
    for url in ("redis://127.0.0.1:1/0", "127.0.0.1:6379"):
        assert bad(layer.look(url)) == {"redis.unreachable": "wrong"}


def test_a_redis_that_throws_keys_away_is_found(redis_server: Server, redis_client) -> None:
    redis_client.config_set("maxmemory", 1_000_000_000)
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    assert bad(layer.look(redis_server.url)) == {"redis.evicts": "wrong"}


def test_a_redis_that_has_thrown_keys_away_and_is_full_is_found(
    redis_server: Server, redis_client
) -> None:
    used = redis_client.info("memory")["used_memory"]
    redis_client.config_set("maxmemory", used + 200_000)
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    for number in range(60):
        redis_client.set(f"doctor-{number}", "x" * 10_000, ex=30)
    assert bad(layer.look(redis_server.url)) == {
        "redis.evicts": "wrong",
        "redis.evicted": "warning",
        "redis.full": "warning",
    }


def test_a_redis_that_is_slow_is_found(redis_server: Server, redis_client) -> None:
    redis_client.client_pause(400, all=True)
    assert bad(layer.look(redis_server.url)) == {"redis.latency": "warning"}


def test_a_redis_whose_clock_is_not_ours_is_found(redis_server: Server) -> None:
    late = layer.look(redis_server.url, clock=lambda: time.time() - 60)
    assert bad(late) == {"clock.redis": "wrong"}

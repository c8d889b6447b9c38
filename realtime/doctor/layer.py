"""Redis: whether it answers, keeps what it is given, and is quick."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from realtime.doctor.clocks import compare
from realtime.doctor.finding import Finding, ok, warning, wrong

#: ZMSCORE came with it.
OLDEST = (6, 2)
#: Seconds for Redis to answer at all.
PATIENCE_SECONDS = 3.0
#: Seconds that the slowest of some small questions may take.
SLOW_SECONDS = 0.1
QUESTIONS = 10
#: Of its memory, from which on it is nearly full.
NEARLY_FULL = 0.9


def look(url: str, *, clock: Callable[[], float] = time.time) -> Iterator[Finding]:
    """All of it; where it does not answer, that alone."""
    import redis  # only now: a site without Redis need not have its client

    try:
        client = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )
        with client:
            slowest = max(_seconds(client.ping) for _ in range(QUESTIONS))
            info: Mapping[str, Any] = client.info()
            asked = clock()
            seconds, microseconds = client.time()
            answered = clock()
    except (redis.RedisError, OSError, ValueError) as error:
        yield wrong(
            "redis.unreachable",
            f"Redis does not answer: {error}",
            "See that it runs, and that REDIS_URL names it, with its password.",
        )
        return
    yield version(str(info["redis_version"]))
    yield from _memory(info)
    yield _latency(slowest)
    yield compare("Redis", seconds + microseconds / 1e6, asked=asked, answered=answered)


def _seconds(question: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    question()
    return time.perf_counter() - begun


def version(text: str) -> Finding:
    """Whether this version is new enough."""
    if tuple(int(part) for part in text.split(".")[:2]) >= OLDEST:
        return ok("redis.version", f"Redis is {text}.")
    oldest = ".".join(map(str, OLDEST))
    return wrong("redis.version", f"Redis is {text}; presence needs {oldest}.", "Upgrade it.")


def _memory(info: Mapping[str, Any]) -> Iterator[Finding]:
    policy, most, used = info["maxmemory_policy"], info["maxmemory"], info["used_memory"]
    if most and policy != "noeviction":
        yield wrong(
            "redis.evicts",
            f"Redis throws keys away when it is full ({policy}): people would seem offline.",
            "Set maxmemory-policy to noeviction; a cache needs another Redis.",
        )
    if info["evicted_keys"]:
        yield warning(
            "redis.evicted",
            f"Redis has thrown {info['evicted_keys']} keys away since its start.",
            "Give it more memory, or this site a Redis of its own.",
        )
    if most and used > most * NEARLY_FULL:
        yield warning(
            "redis.full",
            f"Redis uses {used / most:.0%} of its memory.",
            "Raise maxmemory; without eviction a full Redis refuses writes.",
        )
    yield ok("redis.memory", f"Redis uses {used / 1_048_576:.0f} MiB; policy {policy}.")


def _latency(slowest: float) -> Finding:
    words = f"The slowest of {QUESTIONS} small questions to Redis took {slowest * 1000:.1f} ms."
    if slowest <= SLOW_SECONDS:
        return ok("redis.latency", words)
    return warning(
        "redis.latency",
        words,
        "Look at the network between, at SLOWLOG GET, and at what else that machine does.",
    )

"""Presence in Redis, for sites of several processes and servers.

Life of a presence:  socket → tracker → node → **store** → node → tracker → browser
Each beat is one call of ``beat.lua``. What goes wrong on the way is StoreUnavailable, soon: a
Redis that is frozen must not hold up anybody for long.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec
import redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from presence.store import (
    GRACE_MS,
    KEPT_NEWS,
    LEASE_MS,
    NEWS_LIMIT,
    SEEN_MS,
    STEP,
    WINDOW_MS,
    Beat,
    News,
    Op,
    Sighting,
    Snapshot,
    StoreUnavailable,
)

#: Braces keep all keys in one slot of a cluster.
PREFIX = "{presence}"
#: Seconds for Redis to answer.
PATIENCE = 1.0

_SCRIPT = Path(__file__).with_name("beat.lua").read_text()
_NUMBERS = (GRACE_MS, LEASE_MS, WINDOW_MS, SEEN_MS, KEPT_NEWS, STEP, NEWS_LIMIT)
_news = msgspec.json.Decoder(News).decode


class RedisStore:
    """The store that all processes of a site share."""

    def __init__(
        self, url: str, *, prefix: str = PREFIX, clock: Callable[[], int] | None = None
    ) -> None:
        """``clock`` stands in for Redis' own in tests."""
        self._url = url
        self._prefix = prefix
        self._clock = clock

    async def beat(self, node: str, *, register: bool, ops: Sequence[Op], since: int) -> Beat:
        arguments: list[Any] = [self._time(), node, int(register), since, *_NUMBERS]
        for op in ops:
            arguments += op
        with _translated():
            answer = await self._beat(keys=[self._prefix], args=arguments)
        now, fenced, version, wait, pending, news = answer
        return Beat(
            now=now,
            fenced=bool(fenced),
            version=version,
            wait=wait,
            pending=bool(pending),
            news=tuple(map(_news, news)),
        )

    async def snapshot(self) -> Snapshot:
        with _translated():
            pipeline = self._client.pipeline(transaction=True)
            pipeline.get(self._key("version"))
            pipeline.zrange(self._key("online"), 0, -1)
            pipeline.time()
            version, users, (seconds, micros) = await pipeline.execute()
        now = self._clock() if self._clock else seconds * 1000 + micros // 1000
        return Snapshot(int(version or 0), tuple(user.decode() for user in users), now)

    async def claim(self, key: str, ms: int) -> bool:
        with _translated():
            return bool(await self._client.set(self._key(f"claim:{key}"), 1, nx=True, px=ms))

    def look_up(self, users: Collection[str]) -> Sighting:
        users = list(users)
        if not users:
            return Sighting(set(), {})
        with _translated():
            pipeline = self._blocking.pipeline(transaction=False)
            pipeline.zmscore(self._key("online"), users)
            pipeline.zmscore(self._key("seen"), users)
            online, seen = pipeline.execute()
        return Sighting(
            {user for user, since in zip(users, online, strict=True) if since is not None},
            {user: int(at) for user, at in zip(users, seen, strict=True) if at is not None},
        )

    async def close(self) -> None:
        await self._client.aclose()

    # -- the connections ---------------------------------------------------------------------

    @cached_property
    def _client(self) -> AsyncRedis:
        return AsyncRedis.from_url(
            self._url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            # The next beat is the second try.
            retry=AsyncRetry(NoBackoff(), 0),
        )

    @cached_property
    def _blocking(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )

    @cached_property
    def _beat(self) -> Callable[..., Awaitable[Any]]:
        return cast("Callable[..., Awaitable[Any]]", self._client.register_script(_SCRIPT))

    def _time(self) -> int | str:
        return "" if self._clock is None else self._clock()

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever is wrong with Redis or the way to it, as the one error that callers know."""
    try:
        yield
    except (redis.RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error

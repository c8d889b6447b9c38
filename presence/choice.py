"""Which store this process uses: Redis where the site has one, else its own memory."""

from functools import cache

from django.conf import settings

from presence.ledger import MemoryStore
from presence.store import Store


def store() -> Store:
    """The store of this process."""
    return _store(settings.REDIS_URL)


@cache
def _store(url: str) -> Store:
    if not url:
        return MemoryStore()
    # Only now: a site without Redis need not have its client installed.
    from presence.redis_store import RedisStore

    return RedisStore(url)

"""Keys of our rows: UUID version 7, so that ids sort by the time they were made.

Every model has this key, from one base class, so that one migration tree serves every database.
A key orders rows for display; it never orders events (a process clock must not).
"""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562, section 5.7), ascending within this process.

    48 bits of milliseconds, 12 of their fraction (method 3 of section 6.2), 62 random ones.
    """
    global _last
    with _lock:
        now = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = now
    milliseconds, fraction = divmod(now, 4096)
    tail = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail)

"""When a socket is due for a heartbeat, a warning, or its end.

Pure: the times are arguments; ``now`` is monotonic, ``clock`` is Unix time, both in seconds.
"""

from enum import Enum

#: Seconds before the end of an identity at which its client is told.
EXPIRING_SECONDS = 60.0


class Due(Enum):
    """What is to be done now."""

    HEARTBEAT = "heartbeat"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    IDLE = "idle"


class Keepalive:
    """One socket's clock, from the moment its identity is known."""

    __slots__ = ("_beaten_at", "_expires_at", "_heard_at", "_interval", "_timeout", "_warned")

    def __init__(self, now: float, *, interval: float, timeout: float, expires_at: float) -> None:
        self._interval = interval
        self._timeout = timeout
        self._heard_at = self._beaten_at = now
        self.renew(expires_at)

    def heard(self, now: float) -> None:
        """The client sent a frame."""
        self._heard_at = now

    def renew(self, expires_at: float) -> None:
        """The identity lasts until then (Unix time)."""
        self._expires_at = expires_at
        self._warned = False

    def due(self, now: float, clock: float) -> list[Due]:
        """What is due; asking again gives only what came due since."""
        if clock >= self._expires_at:
            return [Due.EXPIRED]
        if now - self._heard_at >= self._interval + self._timeout:
            return [Due.IDLE]
        due = []
        if not self._warned and clock >= self._expires_at - EXPIRING_SECONDS:
            self._warned = True
            due.append(Due.EXPIRING)
        if now - self._beaten_at >= self._interval:
            self._beaten_at = now
            due.append(Due.HEARTBEAT)
        return due

    def wait(self, now: float, clock: float) -> float:
        """Seconds until something is due again."""
        left = self._expires_at - clock
        moments = [
            left if self._warned else left - EXPIRING_SECONDS,
            self._heard_at + self._interval + self._timeout - now,
            self._beaten_at + self._interval - now,
        ]
        return max(0.001, min(moments))

    def seconds_left(self, clock: float) -> int:
        """Whole seconds until the identity ends."""
        return max(0, round(self._expires_at - clock))

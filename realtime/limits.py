"""Limits of one socket: how fast it may send, and how often it may be wrong.

Pure: the time is an argument.
"""

from collections import deque

from realtime.errors import RateLimited

#: This many bad frames within a minute end a socket.
BAD_FRAMES = 20
BAD_FRAMES_SECONDS = 60.0
#: Being limited for so long without a pause ends a socket.
LIMITED_SECONDS = 10.0
#: A pause is so long without a refusal: a flood has a frame taken now and then, and goes on.
PAUSE_SECONDS = 1.0


class FrameRate:
    """A token bucket: ``rate`` frames per second, twice as many in a burst."""

    __slots__ = ("_at", "_limited_since", "_rate", "_refused_at", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._tokens = rate * 2
        self._at = now
        self._limited_since = self._refused_at = float("-inf")

    def take(self, now: float) -> None:
        """Count a frame; raises RateLimited when there were too many."""
        self._tokens = min(self._rate * 2, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return
        if now - self._refused_at >= PAUSE_SECONDS:
            self._limited_since = now
        self._refused_at = now
        wait = round((1 - self._tokens) / self._rate, 3)
        raise RateLimited(
            f"more than {self._rate:g} frames per second: wait {wait:g} s", retry_after=wait
        )

    def is_hopeless(self, now: float) -> bool:
        """Whether it has been limited for LIMITED_SECONDS without a pause."""
        is_pause = now - self._refused_at >= PAUSE_SECONDS
        return not is_pause and now - self._limited_since >= LIMITED_SECONDS


class BadFrames:
    """Counts bad frames."""

    __slots__ = ("_times",)

    def __init__(self) -> None:
        #: None until there is one: an empty deque is 700 bytes, on every socket.
        self._times: deque[float] | None = None

    def add(self, now: float) -> bool:
        """Count one; True when it is one too many."""
        if self._times is None:
            self._times = deque(maxlen=BAD_FRAMES)
        self._times.append(now)
        return len(self._times) == BAD_FRAMES and now - self._times[0] < BAD_FRAMES_SECONDS

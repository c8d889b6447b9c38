"""How far a client is: what it has got, and what of it the program has done with.

Pure. Two cursors, because frames wait between the socket and the program. A connection that is
lost goes on from the first, or what waits would come twice; a program that ends goes on from the
second, or what waits would be lost.
"""

from realtime_client.frames import Frame


class Position:
    """Both cursors; a durable event that comes again is known."""

    def __init__(self, cursor: str | None) -> None:
        self.got = self.done = cursor
        self._newest = 0

    def take(self, frame: Frame) -> bool:
        """Whether it is new; it is got from here on."""
        if frame.seq is not None:
            if frame.seq <= self._newest:
                return False
            self._newest = frame.seq
        self.got = frame.cursor or self.got
        return True

    def begin_anew(self) -> None:
        """The log is another, or no longer holds what is between: its numbers say nothing now."""
        self._newest = 0

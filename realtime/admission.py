"""How many may be connected: to this process, from one address, as one user; and how fast.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
Pure: the time is an argument. Sockets and server-sent streams count alike, per process (see
docs/decisions/010-limits-of-connections-are-per-process.md).
"""

from collections import Counter
from typing import Literal

Kind = Literal["process", "address", "pending", "user"]

#: Seconds of its rate that may come at once: to the process, and from one address.
BURST_SECONDS, ADDRESS_BURST_SECONDS = 2.0, 10.0
#: Seconds below which a wait is what adding up many small numbers leaves.
EPSILON = 1e-6
#: Seconds between two times of forgetting addresses that have been still.
SWEEP_SECONDS = 1.0


class Admission:
    """Counts what is open in this process."""

    def __init__(self) -> None:
        self._open: Counter[tuple[Kind, str]] = Counter()

    def enter(self, kind: Kind, name: str, *, limit: int) -> bool:
        """Count one more; False, and nothing counted, when there are ``limit`` already."""
        if self._open[kind, name] >= limit:
            return False
        self._open[kind, name] += 1
        return True

    def leave(self, kind: Kind, name: str) -> None:
        """Count one less."""
        self._open[kind, name] -= 1
        if not self._open[kind, name]:
            del self._open[kind, name]

    def __len__(self) -> int:
        """How many names are counted; 0 when nothing is open."""
        return len(+self._open)


class Handshakes:
    """A token bucket for the process and one for each address.

    A bucket is one number: the time at which it is full again. One whose time has come is like
    one that was never there, so there are no more than handshakes in some seconds.
    """

    def __init__(self) -> None:
        self._full_at = 0.0
        self._addresses: dict[str, float] = {}
        self._sweep_at = 0.0

    def take(self, address: str, now: float, *, rate: float, address_rate: float) -> float:
        """Take one; the seconds until it is worth trying, and nothing taken, when it is too fast.

        The address's own bucket is asked first: whoever floods spends nobody else's tokens.
        """
        self._sweep(now)
        theirs = max(now, self._addresses.get(address, 0.0)) + 1 / address_rate
        ours = max(now, self._full_at) + 1 / rate
        wait = max(theirs - now - ADDRESS_BURST_SECONDS, ours - now - BURST_SECONDS)
        if wait > EPSILON:
            return wait
        self._addresses[address], self._full_at = theirs, ours
        return 0.0

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            self._addresses = {one: at for one, at in self._addresses.items() if at > now}

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._addresses)


class Pass:
    """What one socket or stream has entered, and leaves at its end."""

    __slots__ = ("_admission", "_entered")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._entered: list[tuple[Kind, str]] = []

    def enter(self, kind: Kind, name: str, *, limit: int) -> bool:
        """See :meth:`Admission.enter`."""
        if not self._admission.enter(kind, name, limit=limit):
            return False
        self._entered.append((kind, name))
        return True

    def leave(self, kind: Kind, name: str) -> None:
        """Leave one of them before its end, if it was entered."""
        if (kind, name) in self._entered:
            self._entered.remove((kind, name))
            self._admission.leave(kind, name)

    def hand_back(self) -> None:
        """Leave all; may be called twice."""
        while self._entered:
            self._admission.leave(*self._entered.pop())

"""How many may be connected: to this process, from one address, as one user.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
Pure. Sockets and server-sent streams count alike.
"""

from collections import Counter
from typing import Literal

Kind = Literal["process", "address", "user"]


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

    def hand_back(self) -> None:
        """Leave all; may be called twice."""
        while self._entered:
            self._admission.leave(*self._entered.pop())

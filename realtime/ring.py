"""The ring: the newest events in memory, so that a reader who was briefly away costs no query.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
Pure. It knows what was withdrawn since: a page from here is as strict as one from the log.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator

from realtime.envelope import Envelope, encode_frame, is_for
from realtime.events import AnyEffect, Forget, Recall
from realtime.frames import Frame

MAX_EVENTS = 10_000
MAX_BYTES = 32 * 1024 * 1024
MAX_CHANGES = 10_000


class Kept:
    """An event in the ring and, once somebody wanted it, its frame."""

    __slots__ = ("_frame", "event", "gone", "reserved")

    def __init__(self, event: Envelope) -> None:
        self.event = event
        self.gone = False
        #: Subject → since the event only members of this room may see it; of "": nobody. Each by
        #: itself: that a comment is there again says nothing of the post that it is under.
        self.reserved: dict[str, str] | None = None
        self._frame: Frame | None = None

    def frame(self, epoch: str) -> Frame:
        """The event's frame, encoded once for all of its readers."""
        if self._frame is None:
            self._frame = encode_frame(self.event, epoch)
        return self._frame

    def is_for(
        self, rooms: Collection[str], *, known: Collection[str], parted: Collection[str]
    ) -> bool:
        """Whether it may still be told to a reader, by what is true now (see ``is_for``)."""
        if self.gone or (self.reserved and not all(r in known for r in self.reserved.values())):
            return False
        return is_for(self.event, rooms, known=known, parted=parted)


class Ring:
    """Consecutive events, the newest MAX_EVENTS or MAX_BYTES of them."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._about: defaultdict[str, list[int]] = defaultdict(list)
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, event: Envelope) -> Kept:
        """Append the next event; the caller sees to it that its seq follows the last."""
        kept = self._kept[event.seq] = Kept(event)
        self._bytes += len(event.payload)
        for subject in event.subjects:
            self._about[subject].append(event.seq)
        for effect in event.effects:
            match effect:
                case Forget(subject=subject, forever=True):
                    for kept_before in self._about_subject(subject):
                        kept_before.gone = True
                    self._about.pop(subject, None)
                case Forget(subject=subject, unless=unless):
                    self._reserve(subject, unless or "")
                case Recall(subject=subject):
                    self._release(subject)
        while len(self._kept) > MAX_EVENTS or self._bytes > MAX_BYTES:
            self._drop_oldest()
        return kept

    def reaches(self, seq: int, position: int) -> bool:
        """Whether all events after ``seq``, up to ``position``, are here."""
        return seq >= position or (seq + 1) in self._kept

    def after(self, seq: int) -> Iterator[Kept]:
        """The events after ``seq``, oldest first; only where the ring ``reaches`` it."""
        while (kept := self._kept.get(seq + 1)) is not None:
            yield kept
            seq += 1

    def _about_subject(self, subject: str) -> list[Kept]:
        return [self._kept[seq] for seq in self._about.get(subject, ())]

    def _reserve(self, subject: str, unless: str) -> None:
        for kept in self._about_subject(subject):
            kept.reserved = {**(kept.reserved or {}), subject: unless}

    def _release(self, subject: str) -> None:
        for kept in self._about_subject(subject):
            if kept.reserved:
                kept.reserved.pop(subject, None)

    def _drop_oldest(self) -> None:
        seq, kept = next(iter(self._kept.items()))
        del self._kept[seq]
        self._bytes -= len(kept.event.payload)
        for subject in kept.event.subjects:
            seqs = self._about.get(subject)
            if seqs and seqs[0] == seq:
                del seqs[0]
                if not seqs:
                    del self._about[subject]


class Changes:
    """The newest changes of rights; they reach further back than the ring, being few."""

    def __init__(self, position: int) -> None:
        self._floor = position
        self._changes: deque[tuple[int, AnyEffect]] = deque()

    def add(self, seq: int, effects: Collection[AnyEffect]) -> None:
        """Append what event ``seq`` changes."""
        self._changes.extend((seq, effect) for effect in effects)
        while len(self._changes) > MAX_CHANGES:
            self._floor = self._changes.popleft()[0]

    def since(self, seq: int) -> list[AnyEffect] | None:
        """The changes after ``seq``, oldest first; None when it is too far back to know."""
        if seq < self._floor:
            return None
        changes: list[AnyEffect] = []
        for at, effect in reversed(self._changes):
            if at <= seq:
                break
            changes.append(effect)
        return changes[::-1]

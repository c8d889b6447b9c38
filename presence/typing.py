"""Who is typing where, and what of it is to be told when.

Pure: ``now`` is an argument, in seconds of a clock that never jumps.
"""

from collections.abc import Hashable
from typing import NamedTuple

#: Somebody of whom nothing more is heard for so long has stopped.
EXPIRY = 6.0
#: That somebody is typing is told at most so often.
PACE = 2.0


class Key(NamedTuple):
    """Somebody's typing under one post."""

    user: str
    post: str


class _Typist:
    """One user under one post, in any number of tabs."""

    def __init__(self) -> None:
        #: Tab → when it expires.
        self.tabs: dict[Hashable, float] = {}
        self.told_at = float("-inf")
        #: Whether readers think that the user is typing.
        self.is_shown = False


class Typing:
    """The typists of one process."""

    def __init__(self) -> None:
        self._typists: dict[Key, _Typist] = {}

    def typed(self, key: Key, tab: Hashable, now: float) -> bool:
        """A tab says that its user is typing; whether that is to be told now."""
        typist = self._typists.setdefault(key, _Typist())
        typist.tabs[tab] = now + EXPIRY
        return self._show(typist, now)

    def stopped(self, key: Key) -> bool:
        """The user has stopped, in whatever tab; whether that is to be told."""
        typist = self._typists.get(key)
        if typist is None:
            return False
        typist.tabs.clear()
        was_shown, typist.is_shown = typist.is_shown, False
        return was_shown

    def gone(self, key: Key, tab: Hashable) -> bool:
        """A tab has left; whether that ends it, and is to be told."""
        typist = self._typists[key]
        typist.tabs.pop(tab, None)
        return not typist.tabs and self.stopped(key)

    def is_shown(self, key: Key) -> bool:
        """Whether readers are to think that the user is typing."""
        return key in self._typists and self._typists[key].is_shown

    def due(self, now: float) -> tuple[list[Key], list[Key]]:
        """Those whose typing is to be told now, and those whose end is."""
        for typist in self._typists.values():
            typist.tabs = {tab: until for tab, until in typist.tabs.items() if until > now}
        ended = [
            key for key, typist in self._typists.items() if not typist.tabs and self.stopped(key)
        ]
        typing = [
            key
            for key, typist in self._typists.items()
            if typist.tabs and not typist.is_shown and self._show(typist, now)
        ]
        self._typists = {
            key: typist
            for key, typist in self._typists.items()
            # Kept a little longer, so that stopping and beginning again is not told too often.
            if typist.tabs or now - typist.told_at < PACE
        }
        return typing, ended

    def tabs(self) -> list[tuple[Key, Hashable]]:
        """All tabs in which somebody is typing."""
        return [(key, tab) for key, typist in self._typists.items() for tab in typist.tabs]

    @property
    def is_empty(self) -> bool:
        return not self._typists

    def _show(self, typist: _Typist, now: float) -> bool:
        if now - typist.told_at < PACE:
            return False
        typist.told_at, typist.is_shown = now, True
        return True

"""What this process's readers have been told of who is online.

Life of a presence:  socket → tracker → node → store → **node** → tracker → browser
Pure. Lists and changes come from here, so a reader who joins costs the store nothing; and where
tellings were lost, the difference is told instead.
"""

from collections.abc import Sequence
from typing import NamedTuple

from presence.store import GRACE_MS, News, Snapshot


class Told(NamedTuple):
    """What readers are to be told: who is online now, and who not, with when last seen."""

    version: int
    online: tuple[str, ...]
    offline: tuple[tuple[str, int], ...]


class Behind(Exception):
    """The news do not follow what we have: a snapshot is needed."""


class Mirror:
    """A copy of the store's list, as of ``version``."""

    def __init__(self) -> None:
        #: 0 until the first snapshot.
        self.version = 0
        #: Who came first first.
        self.online: dict[str, None] = {}
        #: Users of ours that a snapshot did not have → when we believe it.
        self._doubted: dict[str, int] = {}

    def follow(self, news: Sequence[News], newest: int) -> list[Told]:
        """Apply tellings, as far as they go towards ``newest``; raises Behind."""
        if newest < self.version or (newest > self.version and not news):
            raise Behind
        told = []
        for one in news:
            if one.version != self.version + 1:
                raise Behind
            self.version = one.version
            told.append(self._apply(one))
        return [one for one in told if one.online or one.offline]

    def _apply(self, news: News) -> Told:
        for user in news.online:
            self._doubted.pop(user, None)
        online = tuple(user for user in news.online if user not in self.online)
        offline = tuple(one for one in news.offline if one[0] in self.online)
        self.online.update(dict.fromkeys(online))
        for user, _seen in offline:
            del self.online[user]
            self._doubted.pop(user, None)
        return Told(news.version, online, offline)

    def replace(self, snapshot: Snapshot) -> Told:
        """Take over a snapshot; what is to be told at once.

        A store that lost its memory hears of the nodes one by one: whom it does not know yet is
        given time to come back.
        """
        users = set(snapshot.users)
        online = tuple(user for user in snapshot.users if user not in self.online)
        self.version = snapshot.version
        self.online.update(dict.fromkeys(online))
        missing = [user for user in self.online if user not in users]
        self._doubted = {user: self._doubted.get(user, snapshot.now + GRACE_MS) for user in missing}
        return Told(snapshot.version, online, ())

    def settle(self, now: int) -> Told | None:
        """Give up those who did not come back in time."""
        gone = [user for user, at in self._doubted.items() if at <= now]
        for user in gone:
            del self._doubted[user], self.online[user]
        return Told(self.version, (), tuple((user, now) for user in gone)) if gone else None

"""One server process in the eyes of the store: its sockets, its lease and its copy of the list.

Life of a presence:  socket → tracker → **node** → store → **node** → tracker → browser
It knows no socket and no hub, only names. One beat at a time.
"""

from presence.mirror import Behind, Mirror, Told
from presence.store import STEP, Beat, Op, Store
from realtime.keys import uuid7


class Node:
    """What it was told since the last beat waits here; a beat that fails may be tried again."""

    def __init__(self, store: Store) -> None:
        self.mirror = Mirror()
        #: Entry → user, of all sockets here.
        self.entries: dict[str, str] = {}
        #: What readers are still to be told, in order; whoever tells them takes it out.
        self.told: list[Told] = []
        #: Whether the last beat left nothing untold.
        self.is_quiet = False
        self._store = store
        self._ops: list[Op] = []
        self._begin()

    def _begin(self) -> None:
        """Come into the store as somebody new; who we were dies with its lease."""
        self._name = str(uuid7())
        self._is_registered = False
        self._ops = [Op("come", entry, user) for entry, user in self.entries.items()]

    @property
    def is_busy(self) -> bool:
        """Whether something waits for the next beat."""
        return bool(self._ops)

    def come(self, entry: str, user: str) -> None:
        """A socket came."""
        self.entries[entry] = user
        self._ops.append(Op("come", entry, user))

    def go(self, entry: str) -> None:
        """A socket went."""
        self._ops.append(Op("go", entry, self.entries.pop(entry)))

    def hurry(self, user: str) -> None:
        """Should the user have gone, they are not to be waited for."""
        self._ops.append(Op("hurry", "", user))

    async def beat(self) -> int:
        """Beat once, or as often as it takes; milliseconds until the next is due.

        Raises StoreUnavailable; then nothing is lost, and the next beat says all of it again.
        """
        # In a long absence of the store it is shorter to say who is here than all that happened.
        if len(self._ops) > 2 * len(self.entries) + STEP:
            self._begin()
        while True:
            answer = await self._send()
            if answer.fenced:
                self._begin()
                continue
            await self._hear(answer)
            if len(self._ops) < STEP:
                return 0 if self.mirror.version < answer.version else answer.wait

    async def _send(self) -> Beat:
        ops = self._ops[:STEP]
        answer = await self._store.beat(
            self._name, register=not self._is_registered, ops=ops, since=self.mirror.version
        )
        if not answer.fenced:
            self._is_registered = True
            del self._ops[: len(ops)]
        return answer

    async def _hear(self, answer: Beat) -> None:
        self.is_quiet = not answer.pending
        try:
            self.told += self.mirror.follow(answer.news, answer.version)
        except Behind:
            self.told.append(self.mirror.replace(await self._store.snapshot()))
        if (given_up := self.mirror.settle(answer.now)) is not None:
            self.told.append(given_up)

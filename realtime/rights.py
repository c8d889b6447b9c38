"""What readers may see: loaded from the apps, and applied to pages of the log.

Life of an event:  save → signal → event → **log → … → hub** → consumer → browser
Synchronous; queries the database through the callables that apps have registered.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from realtime.envelope import Envelope, is_for
from realtime.events import Effect, Enter, Exit, Meet, Part, Recall, Vacate
from realtime.identity import Identity
from realtime.registry import clean_room, registry
from realtime.rooms import FOR_EVERYBODY, Ground


class Rights(msgspec.Struct):
    """The rooms that a reader is in, why in those that it asked for, and whom it is parted from."""

    rooms: set[str]
    parted: set[str]
    asked: dict[str, Ground] = {}

    def copy(self) -> "Rights":
        """The same, to be changed apart."""
        return Rights(set(self.rooms), set(self.parted), dict(self.asked))


def load(user_ids: Collection[str]) -> dict[str, Rights]:
    """The rights of these users now; the queries do not grow with their number."""
    rights = {user_id: Rights(set(), set()) for user_id in user_ids}
    for kind in registry.rooms.values():
        for user_id, rooms in kind.at_connect(user_ids).items():
            rights[user_id].rooms.update(rooms)
    for user_id, others in registry.parted(user_ids).items():
        rights[user_id].parted.update(others)
    return rights


def check_room(identity: Identity, room: str) -> tuple[str, Ground]:
    """The room's name as it is kept, and why it may be joined; raises UnknownRoom, Forbidden."""
    clean, kind = clean_room(room)
    return clean, kind.check(identity, clean.partition(":")[2]) or FOR_EVERYBODY


def visible(
    user_id: str, events: Sequence[Envelope], rooms: Collection[str], rights: Rights
) -> list[Envelope]:
    """Those of a page of the log that the reader may see now, one query per kind of subject."""
    known = rights.rooms.union(rooms)
    mine = [event for event in events if is_for(event, rooms, known=known, parted=rights.parted)]
    hidden = _hidden_subjects(user_id, mine)
    return [event for event in mine if hidden.isdisjoint(event.subjects)]


def apply(effect: Effect, user_id: str, rights: Rights) -> None:
    """Change one reader's rights as an effect says."""
    for room in lost_rooms(effect, user_id, rights.rooms, rights.asked):
        rights.rooms.discard(room)
        rights.asked.pop(room, None)
    match effect:
        case Enter(user=user, room=room) if user == user_id:
            rights.rooms.add(room)
        case Vacate(room=room, unless=unless) if room in rights.asked:
            rights.asked[room] = regrounded(rights.asked[room], unless)
        case Recall(room=str(room)) if room in rights.asked:
            rights.asked[room] = regrounded(rights.asked[room], None)
        case Part(one=one, other=other) if user_id in (one, other):
            rights.parted.add(other if user_id == one else one)
        case Meet(one=one, other=other) if user_id in (one, other):
            rights.parted.discard(other if user_id == one else one)


def lost_rooms(
    effect: Effect, user_id: str, rooms: Collection[str], asked: Mapping[str, Ground]
) -> list[str]:
    """The rooms that a reader leaves by an effect."""
    match effect:
        case Exit(user=user, room=room) if user == user_id:
            lost = [one for one, ground in asked.items() if ground.through == room]
            stays = room not in rooms or (effect.keep_asked and room in asked)
            return lost if stays else [room, *lost]
        case Vacate(room=room, unless=unless) if room in rooms:
            return [] if unless is not None and unless in rooms else [room]
        case Part(one=one, other=other) if user_id in (one, other):
            them = other if user_id == one else one
            return [room for room, ground in asked.items() if them in ground.people]
    return []


def regrounded(ground: Ground, unless: str | None) -> Ground:
    """Why one stays in a room that others had to leave."""
    return Ground(ground.people, through=unless)


def _hidden_subjects(user_id: str, events: Sequence[Envelope]) -> set[str]:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        for subject in event.subjects:
            kind, _, key = subject.partition(":")
            by_kind[kind].add(key)
    return {
        f"{kind}:{key}"
        for kind, keys in by_kind.items()
        for key in keys - registry.subjects[kind](user_id, keys)
    }

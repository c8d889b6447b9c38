"""What the installed apps tell the engine, which knows none of them.

Each app calls these in its ``AppConfig.ready()``. All callables are synchronous, may query the
database, and take many users or ids at once where a storm of readers would ask for them together.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from realtime.connection import Connection
from realtime.envelope import Envelope, Parcel
from realtime.errors import RealtimeError, Unauthenticated
from realtime.events import Wire
from realtime.identity import Identity
from realtime.rooms import RoomKind, split, unknown

#: Many credentials → who each is, or why nobody: Unauthenticated, Expired or Suspended.
Identify = Callable[[Collection[str]], Mapping[str, Identity | RealtimeError]]


def _by_tokens(tokens: Collection[str]) -> Mapping[str, Identity | RealtimeError]:
    return {token: Unauthenticated("tokens are not taken here") for token in tokens}


def _by_sessions(session_keys: Collection[str]) -> Mapping[str, Identity | RealtimeError]:
    # Only now: it knows Django's users, which are not there when this module is loaded.
    from realtime import sessions

    return sessions.by_sessions(session_keys)


@dataclass
class Registry:
    """The apps' answers to the engine's questions."""

    rooms: dict[str, RoomKind] = field(default_factory=dict)
    #: Subject kind → (user id, ids) → those of the ids that the user may see now.
    subjects: dict[str, Callable[[str, Collection[str]], set[str]]] = field(default_factory=dict)
    #: Of access tokens, and of session keys. Where no app says who they belong to, sessions are
    #: Django's own and no token is taken (see ``sessions.py``).
    by_tokens: Identify = _by_tokens
    by_sessions: Identify = _by_sessions
    #: What a user looks like in a ``connect`` frame.
    user: type[Wire] = Wire
    #: User ids → the ids of those that each is parted from (a block, either way).
    parted: Callable[[Collection[str]], Mapping[str, set[str]]] = lambda user_ids: {}
    #: Called in the event loop when a reader's stream has begun, and when it has ended.
    arrived: list[Callable[[Connection], None]] = field(default_factory=list)
    departed: list[Callable[[Connection], None]] = field(default_factory=list)
    #: Called in the event loop when an event has been handed out here; neither waits nor raises.
    delivered: list[Callable[[Envelope], None]] = field(default_factory=list)
    #: Called in the event loop with what another process told, batches of the log left out.
    heard: list[Callable[[Parcel], None]] = field(default_factory=list)
    #: Called in the event loop when the process ends and all streams have ended: the last words.
    ending: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    #: User ids → how many things each has not read.
    unread: Callable[[Collection[str]], Mapping[str, int]] = lambda user_ids: {}


registry = Registry()


def goes_by_django_sessions() -> bool:
    """Whether no app has said who credentials belong to."""
    return registry.by_sessions is _by_sessions


def room_kind(kind: RoomKind) -> None:
    """Add a kind of room."""
    registry.rooms[kind.name] = kind


def subject_kind(name: str, visible: Callable[[str, Collection[str]], set[str]]) -> None:
    """Say which subjects of a kind a reader may still see."""
    registry.subjects[name] = visible


def identities(*, by_tokens: Identify, by_sessions: Identify, user: type[Wire] = Wire) -> None:
    """Say who credentials belong to, and what those are as clients see them."""
    registry.by_tokens, registry.by_sessions, registry.user = by_tokens, by_sessions, user


def clean_room(room: str) -> tuple[str, RoomKind]:
    """A room's name as it is kept, and its kind; raises UnknownRoom for one that cannot be."""
    name, key = split(room)
    kind = registry.rooms.get(name)
    if kind is None or kind.keyed != (":" in room) or (kind.keyed and not key):
        raise unknown(room)
    return (f"{name}:{kind.clean(key)}" if kind.keyed else name), kind

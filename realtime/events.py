"""What can happen, and whom it concerns: the words in which apps speak to the engine.

Life of an event:  save → signal → **event** → log → bus → hub → consumer → browser
Pure: values only; no Django, no I/O.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import msgspec


def timestamp(at: datetime) -> str:
    """``at`` as the wire has it: ISO 8601, UTC, milliseconds, ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


#: What a string or number is, for those who read the description; the examples are shown there.
Id = Annotated[str, msgspec.Meta(examples=["0199c1d2-6a5e-7c3f-8b1a-2f4d6e8a0b1c"])]
Time = Annotated[
    str,
    msgspec.Meta(examples=["2026-11-27T09:30:00.000Z"], extra_json_schema={"format": "date-time"}),
]
Count = Annotated[int, msgspec.Meta(examples=[3])]


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A value as clients see it: the fields of the class, in camelCase."""


class Event(Wire, frozen=True, kw_only=True):
    """A fact, in the past tense. Its fields are the payload; subclasses name their ``type``."""

    type: ClassVar[str]
    #: Durable events are in the log and come again on sync; ephemeral ones are sent once.
    durable: ClassVar[bool] = True
    #: The rooms that it goes to, as ``"post:<postId>"``; for readers of the description.
    sent_to: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        CATALOGUE[cls.type] = cls


#: Every event that an installed app can send, by its type.
CATALOGUE: dict[str, type[Event]] = {}


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an event reaches, and what it tells of."""

    #: The members of any of these get it, once each.
    rooms: tuple[str, ...]
    #: Not those who are in one of these as well.
    except_rooms: tuple[str, ...] = ()
    #: Ids of the users whom it concerns; a reader who is parted from one of them is passed over.
    people: tuple[str, ...] = ()
    #: What it tells of, as ``"<kind>:<id>"``, the outermost first (``post:…`` before its
    #: ``comment:…``). A replay leaves it out when the reader may not see one of them any more.
    subjects: tuple[str, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag_field="effect"):
    """A change of rights. It is part of the log and acts at its place in the order."""


class Enter(Effect, frozen=True, kw_only=True, tag="enter"):
    """All sockets of a user join a room."""

    user: str
    room: str
    reason: str


class Exit(Effect, frozen=True, kw_only=True, tag="exit"):
    """All sockets of a user leave a room, and those that they were in through it."""

    user: str
    room: str
    reason: str
    #: Sockets that asked for the room stay in it: it is for everybody.
    keep_asked: bool = False


class Part(Effect, frozen=True, kw_only=True, tag="part"):
    """Two users get nothing of each other from here on."""

    one: str
    other: str


class Meet(Effect, frozen=True, kw_only=True, tag="meet"):
    """Two users are no longer parted."""

    one: str
    other: str


class Vacate(Effect, frozen=True, kw_only=True, tag="vacate"):
    """Everybody leaves a room, but for those who are in ``unless``."""

    room: str
    reason: str
    unless: str | None = None


class Forget(Effect, frozen=True, kw_only=True, tag="forget"):
    """What was told of a subject before is not told again, or only to the members of ``unless``.

    For ever, or until a :class:`Recall`.
    """

    subject: str
    unless: str | None = None
    #: True when it is gone for good, so that its payloads may be erased.
    forever: bool = True


class Recall(Effect, frozen=True, kw_only=True, tag="recall"):
    """What a Forget that was not for ever took back is told again.

    ``room``, where there is one, is for everybody from here on.
    """

    subject: str
    room: str | None = None


class Close(Effect, frozen=True, kw_only=True, tag="close"):
    """The sockets of a user, or of one login of theirs, close with a code."""

    code: int
    user: str | None = None
    login: str | None = None


AnyEffect = Enter | Exit | Part | Meet | Vacate | Forget | Recall | Close

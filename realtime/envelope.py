"""An event on its way: with its number, whom it is for, and its payload already encoded.

Life of an event:  save → signal → event → **log → bus → hub** → consumer → browser
Pure.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from realtime.cursor import Cursor
from realtime.events import AnyEffect
from realtime.frames import Frame


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ``LogEntry.body`` holds."""

    rooms: tuple[str, ...] = ()
    except_rooms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    effects: tuple[AnyEffect, ...] = ()
    op: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


class Envelope(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A numbered entry, as it travels between processes. ``type`` is empty for mere effects."""

    seq: int
    type: str
    #: When it was numbered, as on the wire.
    ts: str


class Batch(msgspec.Struct, frozen=True, kw_only=True, tag="batch", tag_field="kind"):
    """What one stamp numbered: the entries after ``after``, up to ``upto``."""

    epoch: str
    after: int
    upto: int
    #: None when they are too large to travel; they are in the log.
    events: tuple[Envelope, ...] | None


class Whisper(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="whisper", tag_field="kind"
):
    """An ephemeral event: told once to who is there, in no order and in no log."""

    #: The hub that told it, which has delivered it itself.
    node: str
    type: str
    payload: msgspec.Raw
    rooms: tuple[str, ...]
    people: tuple[str, ...] = ()
    #: Ids of users whose sockets do not get it, such as the sender's.
    not_to: tuple[str, ...] = ()
    ts: str


class Errand(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="errand", tag_field="kind"
):
    """What staff asks of the sockets that these name, in whichever process they are."""

    #: The hub that passed it on, and has run it itself; empty where there was none.
    node: str
    #: ``reconnect`` or ``sockets``: close them with 4200, or tell of them in the room of staff.
    what: Literal["reconnect", "sockets"]
    #: Names the question for the page that waits for its answer.
    ask: str = ""
    #: One of these: a user's id, a connection's, a process's.
    user: str = ""
    socket: str = ""
    process: str = ""


#: What the bus carries.
Parcel = Batch | Whisper | Errand


def is_for(
    event: Record, rooms: Collection[str], *, known: Collection[str], parted: Collection[str]
) -> bool:
    """Whether a reader gets the event: who asks for ``rooms``, is in ``known``, has ``parted``."""
    return (
        any(room in rooms for room in event.rooms)
        and not any(room in known for room in event.except_rooms)
        and not any(person in parted for person in event.people)
    )


def encode_whisper(whisper: Whisper) -> Frame:
    """The frame that all of a whisper's readers get."""
    frame = {name: getattr(whisper, name) for name in ("type", "payload", "rooms", "ts")}
    return Frame(_encode(frame))


def encode_frame(event: Envelope, epoch: str) -> Frame:
    """The frame that all of the event's readers get."""
    cursor = str(Cursor(epoch, event.seq))
    data = _encode(
        _Frame(
            type=event.type,
            payload=event.payload,
            seq=str(event.seq),
            cursor=cursor,
            rooms=event.rooms,
            ts=event.ts,
            op=event.op,
        )
    )
    return Frame(data, cursor)


class _Frame(msgspec.Struct, omit_defaults=True):
    type: str
    payload: msgspec.Raw
    seq: str
    cursor: str
    rooms: tuple[str, ...]
    ts: str
    op: str | None = None


_encode = msgspec.json.Encoder().encode

"""Pages of the past: what a reader may see now after a position, from the ring or from the log.

Life of an event:  save → signal → event → log → bus → **hub → consumer** → browser
``from_log`` is synchronous and queries; the rest is pure.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from realtime import log
from realtime.cursor import Cursor
from realtime.envelope import Envelope, encode_frame
from realtime.errors import ResetReason
from realtime.frames import Frame
from realtime.rights import Rights, visible

#: A page ends here, but holds at least one event.
MAX_PAGE_BYTES = 262_144
#: Entries read from the log at once.
CHUNK = 500


class Page(msgspec.Struct, kw_only=True):
    """A page of events, oldest first."""

    events: list[tuple[Envelope, Frame]]
    #: The position after this page.
    upto: int
    #: Whether the page reaches the position that was asked for.
    complete: bool
    reset: ResetReason | None = None
    #: How many things the reader has not read.
    unread: int = 0


def cut(events: Iterable[tuple[Envelope, Frame]], *, upto: int, limit: int) -> Page:
    """The first events of ``events`` that fit into a page; it is complete when all do."""
    taken: list[tuple[Envelope, Frame]] = []
    size = 0
    for event, frame in events:
        size += len(frame.data)
        if taken and (len(taken) == limit or size > MAX_PAGE_BYTES):
            return Page(events=taken, upto=taken[-1][0].seq, complete=False)
        taken.append((event, frame))
    return Page(events=taken, upto=upto, complete=True)


def from_log(
    user_id: str,
    after: Cursor,
    *,
    upto: int,
    rooms: Collection[str],
    rights: Rights,
    limit: int,
    max_behind: int,
    was_sent: Callable[[Envelope], bool],
) -> Page:
    """A page of the log after ``after``; raises PositionLost when it no longer holds that."""
    head = log.head()
    log.check(after, head, max_behind=max_behind)
    events = _visible_after(user_id, after, upto, rooms, rights)
    frames = ((one, encode_frame(one, head.epoch)) for one in events if not was_sent(one))
    return cut(frames, upto=upto, limit=limit)


def _visible_after(
    user_id: str, after: Cursor, upto: int, rooms: Collection[str], rights: Rights
) -> Iterator[Envelope]:
    position = after.seq
    while entries := log.read(position, upto=upto, limit=CHUNK):
        yield from visible(user_id, entries, rooms, rights)
        position = entries[-1].seq

"""How a reader's stream begins, changes its rooms and catches up.

Life of an event:  save → signal → event → log → bus → **hub → consumer** → browser
In the event loop. The same for sockets, server-sent streams and polls.

Rights are read from the database, which may be ahead of the hub or be changed while we read.
So: note the hub's position, read, let the hub catch up with all that was committed meanwhile,
and then, between two events, apply the changes of rights since the noted position. Read and
register without that, and a block that commits in between is lost for ever.

Every function here returns without giving way to other tasks after its last change, so that a
caller who answers at once answers before the next event.
"""

from collections.abc import Collection, Sequence

from realtime import log
from realtime.conf import conf
from realtime.connection import Connection
from realtime.cursor import Cursor
from realtime.database import in_database
from realtime.envelope import is_for
from realtime.errors import PositionLost, RealtimeError, TooManyRooms, UnknownRoom
from realtime.events import AnyEffect, Close, Exit, Forget, Recall
from realtime.frames import CloseCode, Frame
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.metrics import PAGES, RESETS
from realtime.registry import clean_room, registry
from realtime.replay import Page, cut, from_log
from realtime.rights import Rights, apply, check_room
from realtime.rooms import Ground, unknown

#: Rooms that one connection may join by command.
MAX_ROOMS = 200
#: Tries to take a page and its unread count from the same moment.
COUNT_ATTEMPTS = 5


async def attach(
    hub: Hub, connection: Connection, *, seen: int, rooms: Sequence[str], after: Cursor | None
) -> list[RealtimeError]:
    """Register a connection: live from here on, or still to catch up from ``after``.

    ``seen`` is the hub's position from before the identity was read. ``rooms`` are joined beside
    those that the reader is in anyway; why one could not be is in the answer.
    """
    noted = hub.position
    loaded = await hub.rights.get(connection.user_id)
    rights = loaded.copy()  # it is shared by all who asked
    rights.asked, errors = await _checked(connection, rooms)
    await hub.settle()
    async with hub.steady:
        by_right = set(rights.rooms)
        rights.rooms.update(rights.asked)
        for effect in _changes_since(hub, connection, min(seen, noted)):
            apply(effect, connection.user_id, rights)
            if isinstance(effect, Exit) and effect.user == connection.user_id:
                by_right.discard(effect.room)
        rights.rooms = {room for room in rights.rooms if connection.carries(room)}
        since = hub.position if after is None else after.seq
        hub.readers.add(connection, rights, since)
        connection.asked = rights.asked
        connection.asked_too = by_right.intersection(rights.asked)
        if after is None:
            connection.go_live(hub.position)
        else:
            connection.pause(after.seq)
        _close_if_ended(hub, connection, seen)
        for room in rights.asked:
            _entered(room)
    return errors


def detach(hub: Hub, connection: Connection) -> None:
    """Forget a connection."""
    connection.end()
    hub.readers.remove(connection)


async def join(hub: Hub, connection: Connection, room: str) -> str:
    """Join a room by command; its name as it is kept.

    Raises UnknownRoom, Forbidden or TooManyRooms.
    """
    noted = hub.position
    if not connection.carries(room):
        raise unknown(room)
    clean, ground = await in_database(check_room, connection.identity, room)
    await hub.settle()
    async with hub.steady:
        if clean in connection.asked:
            return clean
        if len(connection.asked) >= MAX_ROOMS:
            raise _too_many(clean)
        rights = Rights({*connection.rooms, clean}, set(), {**connection.asked, clean: ground})
        for effect in _changes_since(hub, connection, noted):
            apply(effect, connection.user_id, rights)
        if clean not in rights.rooms:
            raise unknown(clean)
        connection.asked[clean] = rights.asked[clean]
        if not hub.readers.join(connection, clean, _position(hub, connection)):
            connection.asked_too.add(clean)
        _entered(clean)
    return clean


def _entered(room: str) -> None:
    registry.rooms[room.partition(":")[0]].entered()


async def leave(hub: Hub, connection: Connection, room: str) -> str:
    """Leave a room by command, if it is in it; the room's name as it is kept.

    Who had asked for a room that is theirs by right stays in it.
    """
    clean, _kind = clean_room(room)
    async with hub.steady:
        if not connection.ask_no_more(clean):
            hub.readers.leave(connection, clean, _position(hub, connection))
    return clean


def cursor(hub: Hub, connection: Connection) -> str:
    """The position up to which this connection has all that is for it."""
    seq = hub.reached(connection) if connection.is_live else connection.position
    return str(Cursor(hub.epoch, seq))


async def renew(hub: Hub, connection: Connection, identity: Identity, *, seen: int) -> None:
    """Put a fresh identity of the same user in place of the old one."""
    await hub.settle()
    async with hub.steady:
        connection.identity = identity
        _close_if_ended(hub, connection, seen)


async def page(
    hub: Hub, connection: Connection, after: Cursor, *, rooms: Sequence[str] | None, limit: int
) -> tuple[Page, list[Frame]]:
    """What the reader may see now after ``after`` and was not sent; and the frames to send behind.

    Live events wait from here until a page is complete. Then the connection is live again, and
    the second list is what came in its other rooms meanwhile. Raises UnknownRoom or Forbidden
    for one of ``rooms``.
    """
    noted = hub.position
    wanted = await _wanted(connection, rooms)
    was_live = connection.is_live
    async with hub.steady:
        if connection.is_live:
            connection.pause(hub.position)
    try:
        return await _next_page(hub, connection, after, wanted, noted, limit, whole=rooms is None)
    except PositionLost as lost:
        return await _reset(hub, connection, lost, was_live=was_live)
    except Exception:
        if was_live:
            await _end_pause(hub, connection)
        raise


async def _next_page(
    hub: Hub,
    connection: Connection,
    after: Cursor,
    wanted: Rights,
    noted: int,
    limit: int,
    *,
    whole: bool,
) -> tuple[Page, list[Frame]]:
    """The page, by the rights of the moment at which it is given."""
    for attempt in range(COUNT_ATTEMPTS):
        counted_at = hub.position
        unread = await hub.unread.get(connection.user_id)
        await hub.settle()
        # By the rooms of this moment, as ``upto`` is: one entered since is told in what is read.
        changes = _changes_since(hub, connection, noted)
        rooms = _still_wanted(connection, wanted, changes, whole=whole)
        page = await _page_of_log(hub, connection, after, rooms, limit)
        if page is not None:
            await hub.settle()  # what changed while it was read is to hold for it
        async with hub.steady:
            last = attempt == COUNT_ATTEMPTS - 1
            if page is None and not last and _news_since(hub, connection, counted_at):
                continue  # the count may be older than what the page would tell
            changes = _changes_since(hub, connection, noted)
            rooms = _still_wanted(connection, wanted, changes, whole=whole)
            source = "ring" if page is None else "log"
            if page is None:
                page = _page_of_ring(hub, connection, after, rooms, limit)
            else:
                _drop_withdrawn(hub, connection, page, rooms, changes)
            PAGES.labels(source).inc()
            page.unread = unread
            page.complete = page.complete and page.upto >= hub.position
            _remember(connection, after, rooms, page, whole=whole)
            return page, _resume(hub, connection) if page.complete else []
    raise AssertionError("the last attempt returns")


def _still_wanted(
    connection: Connection, wanted: Rights, changes: Sequence[AnyEffect], *, whole: bool
) -> set[str]:
    """The rooms of a page, after the changes of rights since they were checked."""
    if whole or not connection.durable:
        return set(connection.rooms) if connection.durable else set()
    now = wanted.copy()
    now.rooms.update(connection.rooms)  # one may stay in a room by being in another
    for effect in changes:
        apply(effect, connection.user_id, now)
    return now.rooms & wanted.rooms


def _news_since(hub: Hub, connection: Connection, seq: int) -> bool:
    return not hub.ring.reaches(seq, hub.position) or any(
        any(room in connection.rooms for room in kept.event.rooms) for kept in hub.ring.after(seq)
    )


async def _wanted(connection: Connection, rooms: Sequence[str] | None) -> Rights:
    """The rooms of a page, and why; raises what keeps the reader from one of them."""
    if not connection.durable:
        return Rights(set(), set())
    if rooms is None:
        return Rights(set(connection.rooms), set(), dict(connection.asked))
    asked, errors = await _checked(connection, rooms)
    if errors:
        raise errors[0]
    return Rights(set(asked), set(), asked)


async def _page_of_log(
    hub: Hub, connection: Connection, after: Cursor, wanted: set[str], limit: int
) -> Page | None:
    """A page from the database; None when the ring has all of it. Raises PositionLost."""
    upto, position = hub.position, connection.position
    max_behind = conf().sync_max_events
    log.check(after, log.Head(hub.epoch, upto, 0), max_behind=max_behind)
    if hub.ring.reaches(after.seq, upto):
        return None
    return await in_database(
        from_log,
        connection.user_id,
        after,
        upto=upto,
        rooms=wanted,
        rights=Rights(set(connection.rooms), set(hub.readers.parted(connection.user_id))),
        limit=limit,
        max_behind=max_behind,
        was_sent=lambda event: connection.was_sent(event, position),
    )


def _page_of_ring(
    hub: Hub, connection: Connection, after: Cursor, wanted: set[str], limit: int
) -> Page:
    known = wanted.union(connection.rooms)
    parted = hub.readers.parted(connection.user_id)
    events = (
        (kept.event, kept.frame(hub.epoch))
        for kept in hub.ring.after(after.seq)
        if kept.is_for(wanted, known=known, parted=parted)
        and not connection.was_sent(kept.event, connection.position)
    )
    return cut(events, upto=hub.position, limit=limit)


def _drop_withdrawn(
    hub: Hub,
    connection: Connection,
    page: Page,
    rooms: set[str],
    changes: Sequence[AnyEffect],
) -> None:
    """Take out what was deleted, or forbidden to this reader, while the page was read."""
    known = rooms.union(connection.rooms)
    gone = _withdrawn(changes, known)
    parted = hub.readers.parted(connection.user_id)
    page.events = [
        (event, frame)
        for event, frame in page.events
        if gone.isdisjoint(event.subjects) and is_for(event, rooms, known=known, parted=parted)
    ]


def _withdrawn(changes: Sequence[AnyEffect], known: Collection[str]) -> set[str]:
    """The subjects that these changes, in their order, leave hidden from who is in ``known``."""
    deleted: set[str] = set()
    reserved: dict[str, str | None] = {}
    for effect in changes:
        match effect:
            case Forget(subject=subject, forever=True):
                deleted.add(subject)
            case Forget(subject=subject, unless=unless):
                reserved[subject] = unless
            case Recall(subject=subject):
                reserved.pop(subject, None)
    return deleted.union(one for one, unless in reserved.items() if unless not in known)


def _remember(
    connection: Connection, after: Cursor, wanted: set[str], page: Page, *, whole: bool
) -> None:
    if whole and after.seq <= connection.position <= page.upto:
        if after.seq < connection.position:
            connection.sent(wanted, after.seq, connection.position)
        connection.position = page.upto
    else:
        connection.sent(wanted, after.seq, page.upto)


def _resume(hub: Hub, connection: Connection) -> list[Frame]:
    """Go live; the frames that came in the meantime and were in no page."""
    start = connection.position
    if not hub.ring.reaches(start, hub.position):
        connection.close(CloseCode.SLOW_CONSUMER)  # held back for too long: resume by cursor
        return []
    known, parted = connection.rooms, hub.readers.parted(connection.user_id)
    missed = (
        []
        if not connection.durable
        else [
            kept.frame(hub.epoch)
            for kept in hub.ring.after(start)
            if kept.is_for(known, known=known, parted=parted)
            and not connection.was_sent(kept.event, start)
        ]
    )
    connection.go_live(hub.position)
    return missed


async def _end_pause(hub: Hub, connection: Connection) -> None:
    """Go live again after a page that could not be made."""
    async with hub.steady:
        for frame in _resume(hub, connection):
            connection.send(frame)


async def _reset(
    hub: Hub, connection: Connection, lost: PositionLost, *, was_live: bool
) -> tuple[Page, list[Frame]]:
    RESETS.labels(lost.reason).inc()
    async with hub.steady:
        if not was_live:
            connection.begin_anew(hub.position)
        connection.position = hub.position
        connection.go_live(hub.position)
        return Page(events=[], upto=hub.position, complete=True, reset=lost.reason), []


def _position(hub: Hub, connection: Connection) -> int:
    return hub.position if connection.is_live else connection.position


def _changes_since(hub: Hub, connection: Connection, seq: int) -> list[AnyEffect]:
    changes = hub.changes.since(seq)
    if changes is None:
        # A log that began anew, or more changes in one read than we remember: come again.
        connection.close(CloseCode.INTERNAL)
        return []
    return changes


def _close_if_ended(hub: Hub, connection: Connection, seen: int) -> None:
    """Close a connection whose user or login ended after its identity was read."""
    identity = connection.identity
    for effect in _changes_since(hub, connection, seen):
        if isinstance(effect, Close) and (
            effect.user == identity.user_id or (effect.login and effect.login == identity.login)
        ):
            connection.close(effect.code)


async def _checked(
    connection: Connection, rooms: Sequence[str]
) -> tuple[dict[str, Ground], list[RealtimeError]]:
    """Those of the rooms that may be joined, and why; and why the others may not."""
    return await in_database(_check_rooms, connection, rooms) if rooms else ({}, [])


def _too_many(room: str) -> TooManyRooms:
    return TooManyRooms(f"room {room[:80]!r}: a socket may join {MAX_ROOMS} by command")


def _check_rooms(
    connection: Connection, rooms: Sequence[str]
) -> tuple[dict[str, Ground], list[RealtimeError]]:
    allowed: dict[str, Ground] = {}
    errors: list[RealtimeError] = []
    for count, room in enumerate(dict.fromkeys(rooms), 1):
        try:
            if count > MAX_ROOMS:  # before any query
                raise _too_many(room)
            if not connection.carries(room):
                raise UnknownRoom(f"room {room[:80]!r} is not carried here")
            clean, ground = check_room(connection.identity, room)
            allowed[clean] = ground
        except RealtimeError as error:
            errors.append(error)
    return allowed, errors

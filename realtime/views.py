"""The polling fallback: the same stream as over a socket, a page at a time.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
A poll is a connection that lives for one answer, so that it gets the same frames by the same
rules as a socket does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt

from realtime import log, requests, streams
from realtime.connection import Connection
from realtime.control import Polled
from realtime.cursor import Cursor
from realtime.database import in_database, let_thread_go
from realtime.errors import InvalidFrame, RealtimeError
from realtime.events import timestamp
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.registry import registry
from realtime.replay import Page

#: Without a cursor a poll gets what was numbered in this time.
DEFAULT_SINCE = timedelta(seconds=30)
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
#: Seconds for which an answer may be held back until there is something.
MAX_WAIT = 25
#: Seconds between two looks at the log where no hub runs in this process.
LOOK_SECONDS = 0.5


@csrf_exempt  # it writes nothing, and another method than GET is to be told so
async def poll(request: HttpRequest) -> HttpResponse:
    """``GET /api/realtime/poll``: what the reader may see now after ``lastEventId``."""
    if (refusal := requests.refusal(request, "polling")) is not None:
        return refusal
    try:
        query = _Query.of(request)
        hub = Hub.running() or Hub()
        identity, seen = await requests.identify(request, hub)
        if not query.wait:
            return await _answer(hub, identity, seen, query)
        entered = requests.admit(hub, request, identity.user_id)
        try:
            return await _answer(hub, identity, seen, query)
        finally:
            entered.hand_back()
    except (RealtimeError, OperationalError) as error:
        return requests.error_response(error)


class _Query(msgspec.Struct):
    last_event_id: Cursor | None
    since: datetime
    rooms: list[str]
    limit: int
    wait: int

    @classmethod
    def of(cls, request: HttpRequest) -> "_Query":
        """The parameters; raises InvalidFrame for one that is out of its range."""
        cursor = request.GET.get("lastEventId")
        return cls(
            last_event_id=Cursor.parse(cursor) if cursor else None,
            since=_moment(request.GET.get("timestamp")),
            rooms=requests.rooms(request),
            limit=requests.number(request, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT),
            wait=requests.number(request, "wait", 0, MAX_WAIT, 0),
        )


def _moment(text: str | None) -> datetime:
    if not text:
        return datetime.now(UTC) - DEFAULT_SINCE
    try:
        moment = parse_datetime(text)
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or none that has a UTC
        pass
    raise InvalidFrame(f"timestamp: {text[:64]!r} is no ISO 8601 time with a zone")


async def _answer(hub: Hub, identity: Identity, seen: int, query: _Query) -> HttpResponse:
    after = query.last_event_id or Cursor(hub.epoch, await in_database(log.since, query.since))
    news = asyncio.Event()
    async with _attached(hub, identity, seen, query, after, news) as connection:
        page = await _page(hub, connection, after, query)
        if page.events or not page.complete or page.reset is not None or not query.wait:
            return _page_response(hub, page)
        await let_thread_go()
        await _wait(hub, news, query.wait)
    # A second connection: what the first was sent while it waited, a page would leave out.
    after = Cursor(hub.epoch, page.upto)
    async with _attached(hub, identity, seen, query, after, news) as connection:
        return _page_response(hub, await _page(hub, connection, after, query))


@asynccontextmanager
async def _attached(
    hub: Hub, identity: Identity, seen: int, query: _Query, after: Cursor, news: asyncio.Event
) -> AsyncIterator[Connection]:
    """A connection that catches up from ``after``; raises what keeps it from one of its rooms."""
    connection = Connection(
        identity,
        kinds=registry.rooms,
        send=lambda frame: news.set(),
        close=lambda code: news.set(),
    )
    try:
        errors = await streams.attach(hub, connection, seen=seen, rooms=query.rooms, after=after)
        if errors:
            raise errors[0]
        yield connection
    finally:
        streams.detach(hub, connection)


async def _page(hub: Hub, connection: Connection, after: Cursor, query: _Query) -> Page:
    """The next page that says something: none but the last is empty."""
    while True:
        page, _missed = await streams.page(hub, connection, after, rooms=None, limit=query.limit)
        if page.events or page.complete or page.reset is not None:
            return page
        after = Cursor(hub.epoch, page.upto)  # something came while it was read


async def _wait(hub: Hub, news: asyncio.Event, seconds: float) -> None:
    """Return when the connection was sent something, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            while Hub.running() is not hub and not news.is_set():
                await asyncio.sleep(LOOK_SECONDS)
                await hub.settle()
            await news.wait()
    except TimeoutError:
        return


def _page_response(hub: Hub, page: Page) -> HttpResponse:
    cursor = str(Cursor(hub.epoch, page.upto))
    return requests.json_response(
        200,
        Polled(
            events=[msgspec.Raw(frame.data) for _event, frame in page.events],
            cursor=cursor,
            last_event_id=cursor,
            timestamp=timestamp(datetime.now(UTC)),
            has_more=not page.complete,
            reset=page.reset,
            unread_count=page.unread,
        ),
    )

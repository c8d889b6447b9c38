"""Server-Sent Events: the same stream as over a socket, for browsers that get no socket through.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
Durable frames carry their cursor as ``id``, so the browser's own ``Last-Event-ID`` resumes them.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator

import msgspec
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from realtime import access, requests, streams
from realtime.admission import Pass
from realtime.conf import conf
from realtime.connection import Connection
from realtime.cursor import Cursor
from realtime.database import let_thread_go
from realtime.errors import RealtimeError
from realtime.frames import Frame
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.metrics import CONNECTIONS
from realtime.registry import registry

#: Seconds for an answer to be on its way: one whose client goes before that is dropped in silence.
BEGIN_SECONDS = 30.0
#: Seconds between two comment lines, which keep proxies from dropping the stream.
COMMENT_SECONDS = 15.0
COMMENT = b":\n\n"
#: Stands before the position at which a stream that resumed has told the past.
LIVE = b": live\n"


@csrf_exempt  # it writes nothing, and another method than GET is to be told so
async def stream(request: HttpRequest) -> HttpResponseBase:
    """``GET /api/realtime/stream``: events as they come, from ``Last-Event-ID`` on."""
    if (refusal := requests.refusal(request, "sse")) is not None:
        return refusal
    try:
        # The header is younger than the address, which a browser keeps when it reconnects.
        text = request.headers.get("Last-Event-ID") or request.GET.get("lastEventId")
        after = Cursor.parse(text) if text else None
        # Who asks for the head alone is no reason to begin to follow the log.
        is_head = request.method == "HEAD"
        hub = (Hub.running() or Hub()) if is_head else await Hub.of_this_process()
        identity, seen = await requests.identify(request, hub)
        if is_head:
            return HttpResponse(content_type="text/event-stream")
        events = await EventStream.begin(
            hub,
            identity,
            requests.admit(hub, request, identity.user_id),
            seen=seen,
            rooms=requests.rooms(request),
            after=after,
        )
    except (RealtimeError, OperationalError) as error:
        return requests.error_response(error)
    access.opened("stream", getattr(request, "scope", {}))
    return _response(events)


def _response(events: "EventStream") -> HttpResponse | StreamingHttpResponse:
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would hold events back until its buffer is full
    return response


class EventStream:
    """One reader's stream over HTTP."""

    def __init__(self, hub: Hub, identity: Identity, after: Cursor | None, entered: Pass) -> None:
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        self._after = after
        self._start = ""
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._ended = False
        self._pass = entered
        self._unless_begun: asyncio.TimerHandle
        self._connection = Connection(
            identity,
            kinds=registry.rooms,
            send=self._put,
            close=self._end,
            transport="sse",
            unsent=lambda: self._bytes,
        )

    @classmethod
    async def begin(
        cls,
        hub: Hub,
        identity: Identity,
        entered: Pass,
        *,
        seen: int,
        rooms: list[str],
        after: Cursor | None,
    ) -> "EventStream":
        """A stream that is registered; raises what keeps it from one of its rooms."""
        self = cls(hub, identity, after, entered)
        try:
            errors = await streams.attach(
                hub, self._connection, seen=seen, rooms=rooms, after=after
            )
        except BaseException:
            entered.hand_back()
            raise
        # Now: what comes before the client is written to for the first time stands behind it.
        self._start = streams.cursor(hub, self._connection)
        if errors:
            self._pass.hand_back()
            streams.detach(hub, self._connection)
            raise errors[0]
        CONNECTIONS.labels("sse").inc()
        self._unless_begun = self._loop.call_later(BEGIN_SECONDS, self._gone)
        return self

    def close(self) -> None:
        """The request is over; Django says so from a thread of its own."""
        self._loop.call_soon_threadsafe(self._gone)

    def _gone(self) -> None:
        self._unless_begun.cancel()
        self._pass.hand_back()
        if not self._connection.closed:
            streams.detach(self._hub, self._connection)
            CONNECTIONS.labels("sse").dec()
            for departed in registry.departed:
                departed(self._connection)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """What goes out, piece by piece; it ends with the identity, or when nobody reads."""
        self._unless_begun.cancel()
        if self._connection.closed:  # its client went before: it has departed without arriving
            return
        for arrived in registry.arrived:
            arrived(self._connection)
        yield self._position(self._start)
        await let_thread_go()
        async for piece in self._catch_up():
            yield piece
        while not self._ended:
            if await self._has_news():
                yield self._take()
            else:
                yield COMMENT

    async def _catch_up(self) -> AsyncIterator[bytes]:
        """What came after the position given, as single frames."""
        after, complete = self._after, self._after is None
        while after is not None and not complete and not self._ended:
            page, missed = await streams.page(
                self._hub, self._connection, after, rooms=None, limit=500
            )
            # Before the first wait: what is live from here on stands behind this page.
            pieces = [self._encode(frame) for _event, frame in page.events]
            after, complete = Cursor(self._hub.epoch, page.upto), page.complete
            if page.reset is not None:
                data = msgspec.json.encode({"reset": page.reset, "cursor": str(after)})
                pieces.append(b"event: reset\ndata: %b\n" % data)
            elif complete:
                pieces.append(LIVE)
            pieces.append(self._position(str(after)))
            pieces += [self._encode(frame) for frame in missed]
            yield b"".join(pieces)

    async def _has_news(self) -> bool:
        """Wait for something to send; False when it is time for a comment."""
        left = self._connection.identity.expires_at - time.time()
        if left <= 0:
            self._end(0)
            return True
        try:
            async with asyncio.timeout(min(COMMENT_SECONDS, left)):
                await self._news.wait()
        except TimeoutError:
            return self._connection.identity.expires_at <= time.time()
        return True

    def _take(self) -> bytes:
        pieces = b"".join(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._news.clear()
        return pieces or COMMENT

    def _put(self, frame: Frame) -> None:
        if self._ended:  # who does not read is found out later, and goes on being given frames
            return
        piece = self._encode(frame)
        self._waiting.append(piece)
        self._bytes += len(piece)
        self._news.set()
        if self._bytes > conf().slow_consumer_bytes and len(self._waiting) > 1:
            self._end(0)

    def _end(self, code: int) -> None:
        """End the stream; the browser comes back by itself, with its position."""
        self._ended = True
        self._news.set()

    @staticmethod
    def _position(cursor: str) -> bytes:
        return b"id: %b\n\n" % cursor.encode()

    def _encode(self, frame: Frame) -> bytes:
        head = b"event: message\ndata: %b\n" % frame.data
        return head + (self._position(frame.cursor) if frame.cursor else b"\n")

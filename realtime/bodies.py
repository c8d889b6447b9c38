"""HTTP as uvicorn serves it, with bounds on what follows a head: a body, and the way of its answer.

Django reads a body to its end, onto the disk, before any view sees the request; uvicorn keeps
requests that come before their turn without an end, and waits for ever for who does not read.
"""

import asyncio
from typing import ClassVar

from realtime.heads import BoundedHeads

#: Bytes of a body, as much as deploy/nginx.conf lets through; REST takes a quarter of it.
BODY_BYTES = 1_048_576
#: Bytes of all bodies that a process holds at once.
ALL_BODIES_BYTES = 67_108_864
#: Seconds for a whole body, and bytes of it that have to come within each PACE_SECONDS.
BODY_SECONDS, PACE_SECONDS, PACE_BYTES = 60.0, 10.0, 1_024
#: Seconds in which a client has to read something of what waits for it.
UNREAD_SECONDS = 60.0
#: Seconds for a client that is refused to read why.
LINGER_SECONDS = 2.0

TOO_MANY = b'{"error":{"code":"unavailable","message":"Too much is sent at once; try again."}}'
TOO_LARGE = b'{"error":{"code":"too_large","message":"The body is too large."}}'


class Refused(Exception):
    """The request is read no further; the parser takes it for an error of its own."""


class BoundedProtocol(BoundedHeads):
    """Lets go of bodies that are too large or too slow, and of clients that do not read.

    A request that comes before the last one was answered is not read: the connection ends with
    that answer, and the client repeats the rest on another (RFC 9112, 9.3.2). No browser does so.
    """

    #: Bytes of bodies that all connections hold.
    held: ClassVar[int] = 0
    #: Whether what comes is passed over.
    _is_deaf = False
    _body_bytes = 0
    #: Bytes of the body at the last look at its pace, and when it has to be whole.
    _body_seen, _body_ends_at = 0, 0.0
    _body_timer: asyncio.TimerHandle | None = None
    #: Bytes that waited for the client at the last look.
    _unread = 0
    _unread_timer: asyncio.TimerHandle | None = None

    # -- the body ------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if not self._is_deaf:
            super().data_received(data)

    def on_message_begin(self) -> None:
        if self._is_answering():
            raise Refused
        self._forget_body()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes behind a body is passed over: nobody asks for it
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        for name, value in self.headers:
            if name == b"content-length" and int(value) > BODY_BYTES:
                self._refuse(b"413 Content Too Large", TOO_LARGE)
                raise Refused
        super().on_headers_complete()
        self._begin_body()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        BoundedProtocol.held += len(body)
        if self._body_bytes > BODY_BYTES:
            self._refuse(b"413 Content Too Large", TOO_LARGE)
            raise Refused
        if BoundedProtocol.held > ALL_BODIES_BYTES:
            self._refuse(b"503 Service Unavailable\r\nRetry-After: 1", TOO_MANY)
            raise Refused
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._end_body()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._is_deaf:
            return
        if self._is_answering():  # its answer comes first, and is the last
            self._is_deaf = True
            self.cycle.keep_alive = False
        else:
            super().send_400_response(msg)

    def _is_answering(self) -> bool:
        """Whether a request has come whole, and its answer has not gone out whole."""
        cycle = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def _begin_body(self) -> None:
        self._body_seen = 0
        self._body_ends_at = self.loop.time() + BODY_SECONDS
        self._body_timer = self.loop.call_later(PACE_SECONDS, self._look_at_pace)

    def _look_at_pace(self) -> None:
        came, self._body_seen = self._body_bytes - self._body_seen, self._body_bytes
        if came < PACE_BYTES or self.loop.time() >= self._body_ends_at:
            self._refuse(b"408 Request Timeout")
        else:
            self._body_timer = self.loop.call_later(PACE_SECONDS, self._look_at_pace)

    def _end_body(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _forget_body(self) -> None:
        BoundedProtocol.held -= self._body_bytes
        self._body_bytes = 0

    def on_response_complete(self) -> None:
        self._forget_body()
        super().on_response_complete()

    def _refuse(self, status: bytes, body: bytes = b"") -> None:
        """Answer in the application's stead, which is told that the client has gone.

        What comes is read on for a while: at an end with something unread the system takes back
        what was written.
        """
        self._end_head()
        self._end_body()
        self._forget_body()
        self._is_deaf = True
        cycle = self.cycle
        is_answered = cycle is not None and cycle.response_started and not cycle.response_complete
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if not is_answered:
            length = str(len(body)).encode()
            head = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Type: application/json\r\n"
            self.transport.write(head % status + b"Content-Length: %b\r\n\r\n%b" % (length, body))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    # -- the answer ----------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        self._unread_timer = self.loop.call_later(UNREAD_SECONDS, self._look_at_reader)

    def resume_writing(self) -> None:
        self._end_waiting()
        super().resume_writing()

    def _look_at_reader(self) -> None:
        before, self._unread = self._unread, self.transport.get_write_buffer_size()
        if self._unread >= before:
            self.transport.abort()
        else:
            self._unread_timer = self.loop.call_later(UNREAD_SECONDS, self._look_at_reader)

    def _end_waiting(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    # -- its end -------------------------------------------------------------------------------

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_body()
        self._forget_body()
        self._end_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._end_body()
        self._forget_body()
        super().handle_websocket_upgrade()

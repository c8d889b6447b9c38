"""HTTP as uvicorn serves it, with bounds on the head of a request: its size, and its time.

Without them a stranger could hold connections and memory by never ending a head. What follows a
head is bounded elsewhere: bodies and answers in ``bodies.py``, sockets in ``protocol.py``.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of request line and headers: 200 rooms of a handshake fit into it.
HEAD_BYTES = 65_536
#: Seconds from the connection, or from a request's first byte, to the end of its head.
HEAD_SECONDS = 10.0


class TooLong(Exception):
    """The head has more than HEAD_BYTES."""


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which lets go of heads that are too long or too slow."""

    _read = 0
    _in_head = True
    _is_too_long = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)
        self._let_go()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self._let_go()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._read += len(data)
            if self._read > HEAD_BYTES:
                self._refuse_length()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES:
            self._is_too_long = True
            raise TooLong  # which the parser takes for an error of its own
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._is_too_long:
            self._refuse_length()
        else:
            super().send_400_response(msg)

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head, self._read = True, 0
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_go(self) -> None:
        """Part from what refers back to us: rings are left to the collector, which comes seldom."""
        self.parser = self.cycle = None  # type: ignore[assignment]

    def _refuse_length(self) -> None:
        self._end_head()
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
            b"Connection: close\r\nContent-Length: 0\r\n\r\n"
        )
        self.transport.close()

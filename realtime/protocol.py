"""A WebSocket as uvicorn serves it: the handshake by ASGI, then few objects and no task.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
uvicorn's own keeps a task, two queues and a parser with a generator for each socket, and reads
the handshake twice. Here a socket that is open is this object, its transport and its consumer,
which takes messages by callback (``adopt``) once its handshake is done. Any other ASGI
application is served as usual.
"""

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import Any, Protocol, cast
from urllib.parse import unquote

from uvicorn.protocols.utils import ClientDisconnected, is_ssl

from realtime import wire
from realtime.direct import EXTENSION

logger = logging.getLogger(__name__)

#: Seconds for a client to answer our close, and to read one that says what it did wrong.
CLOSE_SECONDS, LINGER_SECONDS = 5.0, 2.0


class Owner(Protocol):
    """Who takes an open socket's messages."""

    async def take(self, message: dict[str, Any]) -> None:
        """Handle one; the next waits."""
        ...

    def leave(self, code: int = 1006) -> None:
        """The socket is gone by this code; called once, after all messages."""
        ...


class SocketProtocol(asyncio.Protocol):
    """One socket, from its handshake to its end."""

    __slots__ = (
        "_config",
        "_is_deaf",
        "_messages",
        "_owner",
        "_paused",
        "_reader",
        "_response",
        "_timer",
        "_waiter",
        "_working",
        "_writable",
        "accepted",
        "app_state",
        "buffered",
        "close_sent",
        "descriptor",
        "disconnected",
        "key",
        "loop",
        "may_write",
        "scope",
        "server_state",
        "transport",
    )

    def __init__(
        self,
        config: Any,
        server_state: Any,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self.server_state = server_state
        self.app_state = app_state
        self.loop = _loop or asyncio.get_running_loop()
        self.transport = cast(asyncio.Transport, None)
        self.descriptor = -1
        self.scope: dict[str, Any] | None = None
        self.key = b""
        self.accepted = self.close_sent = self.disconnected = False
        #: Whether a frame may be written now: after the handshake, before any end.
        self.may_write = False
        #: Whether the transport was given something, which may wait there still.
        self.buffered = False
        #: None while it is writable; else what waits for that.
        self._writable: asyncio.Event | None = None
        self._reader: wire.Reader | None = None
        self._response: dict[str, Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        #: What came and was not taken yet.
        self._messages: deque[dict[str, Any]] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._owner: Owner | None = None
        self._working = self._paused = self._is_deaf = False

    # -- what the transport calls ------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.server_state.connections.add(self)
        opened = transport.get_extra_info("socket")
        if opened is not None and not is_ssl(self.transport):
            self.descriptor = opened.fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.connections.discard(self)
        code = 1005 if self.accepted else 1006
        self.descriptor = -1
        self.disconnected, self.may_write = True, False
        self._cancel_timer()
        self.resume_writing()
        self._put({"type": "websocket.disconnect", "code": code})
        if exc is None:
            self.transport.close()

    def eof_received(self) -> None:
        """Close our side too, which the transport does by itself."""
        self.may_write = False

    def pause_writing(self) -> None:
        self._writable = self._writable or asyncio.Event()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        if self._reader is None:
            self._begin(data)
            return
        self._read(data)

    def shutdown(self) -> None:
        """The server ends."""
        if self.accepted and not self.close_sent:
            self._put({"type": "websocket.disconnect", "code": 1012})
            self._write_close(1012, "")
        elif not self.accepted:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._cancel_timer()
        self.transport.close()

    # -- for the fast path -------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Give it to the transport, which writes it behind what it has."""
        self.buffered = True
        self.transport.write(data)

    async def writable(self) -> None:
        """Return when the client has read enough for more to be sent."""
        while self._writable is not None:
            await self._writable.wait()

    def adopt(self, owner: Owner) -> None:
        """From here on the owner takes the messages, and the application may return."""
        self._owner = owner
        # What the handshake said is not needed any more: some kilobytes of headers.
        self.scope = None
        self._work()

    # -- the handshake -----------------------------------------------------------------------

    def _begin(self, head: bytes) -> None:
        """Read the request as uvicorn hands it over: valid HTTP, in one piece."""
        self._reader = wire.Reader(self._config.ws_max_size)
        first, *lines = head.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        method, target, _version = first.split(b" ", 2)
        pairs = (line.partition(b":") for line in lines)
        headers = [(name.lower(), value.strip()) for name, _colon, value in pairs]
        known = dict(headers)
        self.key = wire.accept_key(known.get(b"sec-websocket-key", b"")) or b""
        if method != b"GET" or not self.key:
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif known.get(b"sec-websocket-version") != b"13":
            self._refuse(HTTPStatus.UPGRADE_REQUIRED, [(b"sec-websocket-version", b"13")])
        else:
            self.scope = self._scope(target, headers)
            self._put({"type": "websocket.connect"})
            task = self.loop.create_task(self._run())
            task.add_done_callback(self.server_state.tasks.discard)
            self.server_state.tasks.add(task)

    def _scope(self, target: bytes, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
        path, _, query = target.partition(b"?")
        root = self._config.root_path
        offered = b",".join(value for name, value in headers if name == b"sec-websocket-protocol")
        extensions: dict[str, Any] = {"websocket.http.response": {}}
        # uvicorn's, which has looked at the addresses: each look asks the system.
        http = cast(Any, self.transport.get_protocol())
        if http.scheme == "http":
            extensions[EXTENSION] = self
        return {
            "type": "websocket",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws" if http.scheme == "http" else "wss",
            "server": http.server,
            "client": http.client,
            "root_path": root,
            "path": root + unquote(path.decode("latin-1")),
            "raw_path": root.encode("ascii") + path,
            "query_string": query,
            "headers": headers,
            "subprotocols": [one.strip() for one in offered.decode("latin-1").split(",") if one],
            "state": self.app_state.copy(),
            "extensions": extensions,
        }

    async def _run(self) -> None:
        try:
            await self._config.loaded_app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            logger.exception("the application failed on a socket")
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            if not self.accepted and self._response is None and not self.close_sent:
                logger.error("the application returned without an answer to the handshake")
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        if self._owner is None and self._timer is None:
            self.may_write = False
            self.transport.close()

    def _refuse(
        self,
        status: int,
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer the handshake with something else than a socket."""
        if self.accepted or self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        length = (b"content-length", str(len(body)).encode())
        self._write_head(status, [*(headers or []), (b"connection", b"close"), length], body)
        self.transport.close()

    def _accept(self, message: dict[str, Any]) -> None:
        headers = [
            (b"upgrade", b"websocket"),
            (b"connection", b"Upgrade"),
            (b"sec-websocket-accept", self.key),
            *self.server_state.default_headers,
            *message.get("headers", []),
        ]
        if message.get("subprotocol"):
            headers.append((b"sec-websocket-protocol", message["subprotocol"].encode()))
        self.accepted = True
        if not self.transport.is_closing():
            self.may_write = True
            self._write_head(HTTPStatus.SWITCHING_PROTOCOLS, headers)

    def _write_head(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b""
    ) -> None:
        phrase = HTTPStatus(status).phrase.encode()
        lines = [b"HTTP/1.1 %d %b" % (status, phrase)]
        lines += [b"%b: %b" % header for header in headers]
        self.write(b"\r\n".join([*lines, b"", body]))

    # -- messages from the client --------------------------------------------------------------

    def _read(self, data: bytes) -> None:
        """Take the messages that are whole with these bytes, as many as are read at once.

        The rest waits as bytes until they are done: as messages it would take fifty times as much.
        """
        assert self._reader is not None
        now = self.loop.time()
        try:
            while True:
                found = self._reader.feed(data, now)
                for message in found:
                    self._take(message)
                if len(found) < wire.BATCH or self._paused or self._is_deaf:
                    return
                data = b""
        except wire.Violation as violation:
            self._fail(violation.code, violation.reason)

    def _take(self, message: wire.Message) -> None:
        opcode, data = message
        if opcode == wire.CLOSE:
            self._take_close(wire.close_code(data))
        elif self.close_sent:
            return  # we are past our close, and wait for its answer
        elif opcode == wire.TEXT:
            try:
                self._put({"type": "websocket.receive", "text": data.decode()})
            except UnicodeDecodeError:
                self._fail(wire.INVALID_DATA, "a text that is not UTF-8")
        elif opcode == wire.BINARY:
            self._put({"type": "websocket.receive", "bytes": data})
        elif opcode == wire.PING and self._writable is None:  # who does not read needs no answer
            self.write(wire.frame(wire.PONG, data))

    def _take_close(self, code: int) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self._put({"type": "websocket.disconnect", "code": code, "reason": ""})
            self._write_close(code, "")
        self._cancel_timer()
        self.transport.close()

    def _fail(self, code: int, reason: str) -> None:
        """Close at once: what the client sends makes no sense from here on.

        It is read all the same, for a while: at an end with something unread the system takes back
        what was written, and the client would not learn why (RFC 6455, 7.1.1).
        """
        self._is_deaf = True
        if self.close_sent or self.transport.is_closing():
            return  # whose end is seen to already
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._write_close(code, reason)
        self._read_on()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _write_close(self, code: int, reason: str) -> None:
        self.write(wire.close_frame(code, reason))
        self.close_sent, self.may_write = True, False
        if self._reader is not None:
            self._reader.is_closing = True

    def _put(self, message: dict[str, Any]) -> None:
        """Keep a message until it is taken, and read no more before that."""
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if message["type"] == "websocket.receive" and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._owner is not None:
            self._work()

    def _resume(self) -> None:
        if not self._paused or self._messages:
            return
        self._paused = False
        if self.transport.is_closing():
            return
        self._read(b"")
        if not self._paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def _work(self) -> None:
        """Let the owner have what waits: in a task, as long as there is something."""
        if self._working or not self._messages:
            return
        if self._messages[0]["type"] == "websocket.disconnect":
            self._end()
            return
        self._working = True
        task = self.loop.create_task(self._feed())
        task.add_done_callback(self.server_state.tasks.discard)
        self.server_state.tasks.add(task)

    async def _feed(self) -> None:
        owner, messages = self._owner, self._messages
        assert owner is not None and messages is not None
        try:
            while messages and messages[0]["type"] != "websocket.disconnect":
                await owner.take(messages.popleft())
                if not messages:
                    self._resume()
                    if messages:  # there was more than is read at once: others first
                        await asyncio.sleep(0)
        finally:
            self._working = False
            self._messages = messages or None
            self._work()

    def _end(self) -> None:
        owner, self._owner = self._owner, None
        code = self._messages[0]["code"] if self._messages else 1006
        self._messages = None
        if owner is not None:
            owner.leave(code)

    # -- ASGI ----------------------------------------------------------------------------------

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        while not self._messages:
            self._waiter = self.loop.create_future()
            await self._waiter
            self._waiter = None
        message = self._messages.popleft()
        self._resume()
        return message

    async def send(self, message: dict[str, Any]) -> None:
        """Send what the application says."""
        await self.writable()
        if self.disconnected:
            raise ClientDisconnected
        kind = message["type"]
        if self._response is not None:
            self._send_body(message)
        elif not self.accepted and not self.close_sent:
            self._answer_handshake(kind, message)
        elif self.close_sent:
            raise RuntimeError(f"{kind} after the close")
        elif kind == "websocket.send":
            text = message.get("text")
            data = message["bytes"] if text is None else text.encode()
            opcode = wire.BINARY if text is None else wire.TEXT
            self.write(wire.frame(opcode, data))
        elif kind == "websocket.close":
            self._close(message.get("code") or 1000, message.get("reason") or "")
        else:
            raise RuntimeError(f"{kind} on an open socket")

    def _answer_handshake(self, kind: str, message: dict[str, Any]) -> None:
        if kind == "websocket.accept":
            self._accept(message)
        elif kind == "websocket.close":
            self._put({"type": "websocket.disconnect", "code": 1006})
            self._refuse(HTTPStatus.FORBIDDEN)
        elif kind == "websocket.http.response.start":
            self._response = message | {"body": b""}
        else:
            raise RuntimeError(f"{kind} before the handshake was answered")

    def _send_body(self, message: dict[str, Any]) -> None:
        assert self._response is not None
        self._response["body"] += message.get("body", b"")
        if not message.get("more_body", False) and not self.close_sent:
            self._put({"type": "websocket.disconnect", "code": 1006})
            start = self._response
            self._refuse(start["status"], list(start.get("headers", [])), start["body"])

    def _close(self, code: int, reason: str) -> None:
        if self.transport.is_closing():
            return
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._write_close(code, reason)
        self._read_on()  # what comes now is passed over, but for the answer to our close
        self._timer = self.loop.call_later(CLOSE_SECONDS, self.transport.close)

    def _read_on(self) -> None:
        if self._paused:
            self._paused = False
            self.transport.resume_reading()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

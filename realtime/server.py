"""The production server: uvicorn with the site's application and its limits.

``lifespan.py`` sees to a stop that drains.
"""

import logging
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.exceptions import SecurityError
from websockets.http11 import Request

from realtime.conf import conf
from realtime.direct import EXTENSION
from realtime.workers import Workers

#: Seconds for requests to end after the sockets were told to go.
GRACEFUL_SECONDS = 10

# 200 rooms do not fit into the 8 KiB that `websockets` reads of a line; into HTTP's own they do.
http11.MAX_LINE_LENGTH = 65_536


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which hands itself to the consumer for the fast path (``direct.py``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It tells of every socket that opens: thousands of lines that say nothing.
        self.logger = logging.getLogger("realtime.server.sockets")
        self.logger.setLevel(logging.WARNING)
        self.conn.logger = self.logger

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # uvicorn looks for errors of frames alone: such a client would wait for ever.
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            is_too_long = isinstance(self.conn.handshake_exc.__cause__, SecurityError)
            status = b"431 Request Header Fields Too Large" if is_too_long else b"400 Bad Request"
            answer = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status
            self.transport.write(answer)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101 and self.scheme == "ws":
            # The application's task has not run yet.
            w=self.writable; self.writable=type("W",(),dict(wait=w.wait,set=w.set,clear=w.clear,__call__=lambda s:w.wait()))()
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    @property
    def descriptor(self): return self.transport.get_extra_info("socket").fileno()
    def is_open(self) -> bool:
        """Whether a frame may be written now: after the handshake, before any close."""
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and not self.transport.is_closing()
        )


def config(*, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """uvicorn's settings for this site."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    return uvicorn.Config(
        f"{module}:{name}",
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws=SocketProtocol,
        ws_max_size=conf().max_frame_bytes,
        # Our own heartbeats see to that, and carry the cursor.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        # Forwarded headers are read by us, and only from TRUSTED_PROXIES.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


def run(*, host: str, port: int, workers: int = 1) -> None:
    """Serve until SIGTERM or SIGINT; raises SystemExit when the port is taken."""
    configuration = config(host=host, port=port, workers=workers)
    if workers == 1:
        uvicorn.Server(configuration).run()
    else:
        Workers(configuration, sockets=[configuration.bind_socket()]).run()

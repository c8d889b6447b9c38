"""The production server: uvicorn with the site's application and its limits.

``lifespan.py`` sees to a stop that drains.
"""

import ctypes
import os
from contextlib import suppress
from tempfile import TemporaryDirectory

import uvicorn
from django.conf import settings

from realtime.bodies import BoundedProtocol
from realtime.conf import conf
from realtime.metrics import FOLDER
from realtime.protocol import SocketProtocol
from realtime.workers import Workers

#: Seconds for requests to end after the sockets were told to go.
GRACEFUL_SECONDS = 10
#: ``mallopt``'s name for the most heaps, from ``malloc.h``.
M_ARENA_MAX = -8


def config(*, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """uvicorn's settings for this site."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    return uvicorn.Config(
        f"{module}:{name}",
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http=BoundedProtocol,
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
        return
    with TemporaryDirectory(prefix="realtime-metrics-") as folder:
        # The workers take it over: each counts there, and whoever is asked adds them up.
        os.environ[FOLDER] = folder
        Workers(configuration, sockets=[configuration.bind_socket()]).run()


def share_the_heap() -> None:
    """Let all threads have one heap: glibc gives each its own, up to eight for each core.

    Events come into the ring from the thread that reads the log, in the place of others' events.
    What is free in one heap is of no use in the other, and a server grew by 2 MiB in ten minutes.
    Threads do not wait for each other here: the interpreter lets one run at a time.
    Of use only before the process begins a thread: glibc settles the number with the first.
    """
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # for the workers
    with suppress(OSError, AttributeError, TypeError):  # there is another libc here
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

"""An ASGI application on our server's protocols, in this event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from realtime.protocol import SocketProtocol
from tests.servers import free_port


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[uvicorn.Server]:
    """It runs at ``.config.port`` when this is entered; ``options`` are uvicorn's."""
    config = uvicorn.Config(
        app,
        port=free_port(),
        ws=SocketProtocol,
        loop="uvloop",
        lifespan="off",
        log_config=None,
        **options,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.005)
    yield server
    server.should_exit = server.force_exit = True  # also of what a test has left half done
    await task

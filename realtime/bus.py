"""The bus: how the processes hear of each other's news, through the channel layer.

Life of an event:  save → signal → event → log → **bus** → hub → consumer → browser
Best effort: a batch may be lost, repeated or late. Whoever misses one finds it in the log.

There is one group for all processes, not one per room or socket: the layer carries each event
once per process, and knows nothing of rooms.
"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
from channels.layers import InMemoryChannelLayer, get_channel_layer

from realtime.envelope import Batch, Parcel
from realtime.metrics import LAYER_ERRORS

logger = logging.getLogger(__name__)

GROUP = "realtime"
MESSAGE = "realtime.parcel"
#: Larger batches travel without their events: the log has them.
MAX_BYTES = 65_536
#: A layer that takes longer is not waited for.
SEND_SECONDS = 0.5


_decode = msgspec.json.Decoder(Parcel).decode


def crosses_processes() -> bool:
    """Whether there is a layer that others hear; the in-memory one has nobody else on it."""
    layer = get_channel_layer()
    return layer is not None and not isinstance(layer, InMemoryChannelLayer)


async def publish(parcel: Parcel) -> bool:
    """Tell the other processes; False, and a line in the log, where the layer did not take it."""
    if not crosses_processes():
        return True
    data = msgspec.json.encode(parcel)
    if len(data) > MAX_BYTES and isinstance(parcel, Batch):
        data = msgspec.json.encode(msgspec.structs.replace(parcel, events=None))
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await _layer().group_send(GROUP, {"type": MESSAGE, "parcel": data.decode()})
    except Exception as error:
        LAYER_ERRORS.inc()
        logger.warning("the channel layer did not take a message: %r", error)
        return False
    return True


def publish_from_thread(batch: Batch) -> None:
    """The same for a caller without an event loop, such as a management command."""
    if crosses_processes():
        asyncio.run_coroutine_threadsafe(publish(batch), _loop()).result()


def _loop() -> asyncio.AbstractEventLoop:
    """One that runs in a thread of this process, and so keeps its connection to the layer.

    A loop and a connection for each event took longer than the row. A forked child has no thread
    of its parent's: it begins its own.
    """
    process = os.getpid()
    loop = _loops.get(process)
    if loop is None:
        made = asyncio.new_event_loop()
        loop = _loops.setdefault(process, made)
        if loop is made:
            threading.Thread(target=loop.run_forever, name="bus", daemon=True).start()
    return loop


_loops: dict[int, asyncio.AbstractEventLoop] = {}


async def listen() -> AsyncIterator[Parcel]:
    """What the processes tell, this one too; raises whatever the layer raises."""
    layer = _layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    try:
        while True:
            message = await layer.receive(channel)
            yield _decode(message["parcel"])
    finally:
        # A layer that is gone must not put its own error in the place of a cancellation.
        with suppress(Exception):
            await layer.group_discard(GROUP, channel)


def _layer() -> Any:
    return get_channel_layer()

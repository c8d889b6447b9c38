"""The hub's own life: that it ends when it is told to, whatever its libraries do."""

import asyncio

from realtime import bus
from realtime.hub import Hub
from tests.realtime.conftest import said


async def test_it_stops_although_the_layer_swallows_a_cancellation(
    transactional_db, world, monkeypatch
):
    telling = asyncio.Event()

    async def swallow(parcel):
        telling.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    monkeypatch.setattr(bus, "publish", swallow)
    hub = await Hub.of_this_process()
    await said("something to tell")
    async with asyncio.timeout(5):
        await telling.wait()
        await hub.stop()
    assert Hub.running() is None

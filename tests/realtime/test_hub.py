"""The hub's own life: that it ends when it is told to, whatever its libraries do."""

import asyncio

from realtime import bus
from realtime import hub as hub_module
from realtime.cursor import Cursor
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


async def test_a_heartbeat_while_a_run_goes_out_tells_each_reader_what_it_has(
    open_socket, hub, monkeypatch
):
    sockets = [(await open_socket(name))[0] for name in ("ann", "ben", "cho")]
    before = hub.position
    gate, given = asyncio.Event(), asyncio.Event()

    async def give_way(handed):
        given.set()
        await gate.wait()

    monkeypatch.setattr(hub_module, "SLICE", 1)
    monkeypatch.setattr(hub, "_give_way", give_way)
    await said("a")
    await given.wait()
    # Each beside what it was given before: one has the event, two are still to get it.
    beats = [(await socket.command("heartbeat"))["payload"]["cursor"] for socket in sockets]
    given_to = [bool(socket._kept) for socket in sockets]
    gate.set()
    events = [(await socket.expect("test:said"))["cursor"] for socket in sockets]
    assert sorted(given_to) == [False, False, True]
    assert beats == [
        event if has_it else str(Cursor(hub.epoch, before))
        for has_it, event in zip(given_to, events, strict=True)
    ]

"""What an event costs, counted and never timed: whoever makes it dearer finds out here."""

import asyncio
import gc
import os
from collections import Counter

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from websockets.asyncio.client import connect

from realtime import bus, direct, envelope
from realtime import hub as hub_module
from realtime.bodies import BoundedProtocol
from realtime.connection import Connection
from realtime.consumers import RealtimeConsumer
from realtime.database import in_database
from realtime.identity import Identity
from realtime.protocol import SocketProtocol
from realtime.rights import Rights
from realtime.transactions import atomic
from tests.realtime.conftest import Reader, said, say
from tests.serving import serving

SOCKETS = 20
#: Of one event: to write it, to number it, and to find nothing behind it.
QUERIES = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def readers(hub):
    """Sockets of a real server in this loop, all of them in `public` and live."""
    app = RealtimeConsumer.as_asgi()
    async with serving(app, http=BoundedProtocol, ws_max_size=65_536) as server:
        url = f"ws://127.0.0.1:{server.config.port}/"
        sockets = []
        for number in range(SOCKETS):
            headers = {"Authorization": f"Bearer reader{number}"}
            socket = await connect(url, additional_headers=headers)
            assert '"connect"' in await socket.recv()
            sockets.append(socket)
        yield sockets
        for socket in sockets:
            await socket.close()


@pytest.fixture
def counted(monkeypatch):
    """How often each thing is done from here on."""
    counts = Counter()

    def count(name, place, attribute):
        original = getattr(place, attribute)

        def counting(*args, **kwargs):
            counts[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(place, attribute, counting)

    def write(descriptor, data):
        counts["writes"] += 1
        return original_write(descriptor, data)

    original_write = os.write
    monkeypatch.setattr(direct, "write", write)
    count("queries", CursorWrapper, "_execute")
    count("queries", CursorWrapper, "_executemany")
    count("encodes", envelope, "_encode")
    # Asked by each message before it goes; here there is nobody to send it to.
    count("layer messages", bus, "crosses_processes")
    return counts


async def all_get(readers, *texts):
    """Every reader gets these, in this order."""
    async with asyncio.timeout(10):
        for reader in readers:
            for text in texts:
                frame = await reader.recv()
                assert f'"text":"{text}"' in frame, frame


async def test_an_event_is_encoded_once_and_written_once_to_each_socket(readers, counted):
    await said("hello")
    await all_get(readers, "hello")
    assert counted["encodes"] == 1
    assert counted["writes"] == SOCKETS
    assert counted["layer messages"] == 1


async def test_a_burst_is_one_write_to_each_socket_whatever_rooms_nobody_is_in(readers, counted):
    texts = [str(number) for number in range(30)]

    def burst():
        with atomic():
            for text in texts:
                say(text, rooms=("public", f"post:{text}"))

    await in_database(burst)
    await all_get(readers, *texts)
    assert counted["encodes"] == 30
    assert counted["writes"] == SOCKETS
    assert counted["layer messages"] == 1


@pytest.mark.parametrize("burst", [1, 20])
async def test_others_have_their_turn_between_so_many_deliveries(hub, burst):
    """However many sockets and events: a heartbeat or a handshake waits for no more than these."""
    per_turn, loop = Counter(), asyncio.get_running_loop()
    turn = 0

    def tick():
        nonlocal turn
        turn += 1
        ticking[0] = loop.call_soon(tick)

    for number in range(3_000):
        connection = Connection(
            Identity(user_id=f"u{number}", user=Reader(id="x"), login=None, expires_at=1e12),
            kinds=("public",),
            send=lambda frame: None,
            close=lambda code: None,
            direct=lambda wire: per_turn.update({turn: wire.count(b'"test:said"')}),
        )
        hub.readers.add(connection, Rights({"public"}, set()), hub.position)
        connection.go_live(hub.position)
    ticking = [loop.call_soon(tick)]
    await said(*(str(number) for number in range(burst)))
    await hub.settle()
    ticking[0].cancel()
    assert sum(per_turn.values()) == 3_000 * burst
    # A slice of sockets may get a run of events each, which is one write to each of them.
    assert max(per_turn.values()) <= hub_module.SLICE * burst


async def test_a_delivery_makes_no_task(readers, counted):
    loop = asyncio.get_running_loop()
    made = []

    def factory(loop, coro, **options):
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **options)

    loop.set_task_factory(factory)
    try:
        await said("hello")
        await all_get(readers, "hello")
    finally:
        loop.set_task_factory(None)
    assert made == []


async def test_an_idle_socket_has_no_task(readers):
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]
    assert not [name for name in names if name.startswith(("SocketProtocol", "RealtimeConsumer"))]


@pytest.mark.skipif(connection.vendor == "mongodb", reason="what is counted is SQL")
async def test_the_queries_of_an_event_do_not_grow_with_its_readers(
    readers, counted, hub, monkeypatch
):
    monkeypatch.setattr(hub_module, "LOOK_SECONDS", 3600)
    await hub.settle()  # from here on the hub looks at the log for a reason alone
    await said("first")
    await all_get(readers, "first")
    counted.clear()
    await said("to all")
    await all_get(readers, "to all")
    to_all = counted.pop("queries")
    for reader in readers[1:]:
        await reader.close()
    async with asyncio.timeout(10):
        while len(hub.readers.connections) > 1:
            await asyncio.sleep(0.005)
    counted.clear()
    await said("to one")
    await all_get(readers[:1], "to one")
    assert to_all == counted["queries"] <= QUERIES


KINDS = (RealtimeConsumer, SocketProtocol, BoundedProtocol, direct.DirectOutbox, Connection)


def parts_of(consumer):
    """What one socket is made of."""
    return consumer, consumer.outbox, consumer.outbox._socket, consumer.connection


async def test_who_has_gone_leaves_nothing_to_the_collector(readers, hub):
    """It comes seldom (``lifespan.py``): a ring for each socket would fill the memory."""
    gc.collect()
    gc.disable()
    # Other tests may have left some of their own.
    others = {id(one) for one in gc.get_objects() if issubclass(type(one), KINDS)}
    others -= {id(one) for consumer in hub.sockets for one in parts_of(consumer)}

    def left():
        mine = (
            one
            for one in gc.get_objects()
            if issubclass(type(one), KINDS) and id(one) not in others
        )
        return Counter(type(one).__name__ for one in mine)

    assert left()["SocketProtocol"] == SOCKETS
    try:
        url = f"ws://127.0.0.1:{readers[0].remote_address[1]}/"
        async with connect(url, additional_headers={"Authorization": "Bearer late"}) as late:
            await late.recv()
            assert left()["BoundedProtocol"] == 0, "an open socket needs it no more"
        for number, reader in enumerate(readers):
            await reader.send('{"type":"room:join","payload":{"room":"post:1"},"id":"1"}')
            assert '"id":"1"' in await reader.recv()
            if number % 3 == 0:
                await reader.close()
            elif number % 3 == 1:
                reader.transport.abort()
        while hub.readers.connections:
            hub.readers.connections.copy().pop().close(4200)
        for reader in readers:
            await reader.wait_closed()
        async with asyncio.timeout(10):
            while left():
                await asyncio.sleep(0.01)
    finally:
        gc.enable()

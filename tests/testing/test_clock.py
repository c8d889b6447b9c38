"""Time that passes when a test says so."""

import time

import pytest

from presence.choice import store
from presence.ledger import Ledger
from realtime.testing import Clock, Server, Socket
from realtime_site.asgi import application
from tests.testing.conftest import token_of


@pytest.fixture
def clock(moved_clock):
    return moved_clock


@pytest.fixture
async def server(transactional_db, clock, monkeypatch):
    monkeypatch.setattr(store(), "ledger", Ledger())
    async with Server() as server:
        yield server


async def test_a_client_that_answers_heartbeats_stays(clock, server, aiko, ben):
    began = time.monotonic()
    await clock.advance(300)
    assert 300 <= time.monotonic() - began < 310
    await ben("still there?")
    await aiko.expects("post:created")


async def test_a_socket_that_is_silent_is_closed(clock, server, ben):
    token = await server.do(token_of, ben.user)
    socket = Socket(application, token=token)
    await socket.connect()
    await socket.expect("connect")
    await clock.advance(44)
    await socket.expect("heartbeat")
    await socket.send("heartbeat")
    await clock.advance(44)
    await socket.expect("heartbeat")
    await clock.advance(2)
    assert await socket.close_code() == 4205
    await socket.close()


async def test_a_token_runs_out(clock, server, ben):
    client = await server.client(token=await server.do(token_of, ben.user))
    await clock.advance(14 * 60 - 5)
    await client.expects_nothing("auth:expiring")
    await clock.advance(10)
    assert (await client.expects("auth:expiring"))["payload"]["in"] <= 60
    await clock.advance(60)
    assert await client.closed() == 4202


async def test_who_drops_is_offline_only_after_a_grace(clock, server, aiko, ben):
    await aiko.join("presence")
    other = await server.client(ben.user)
    await aiko.expects("user:online", {"users": [{"userId": str(ben.user.pk), "lastSeen": None}]})
    await other.drops()
    await clock.advance(2)
    await aiko.expects_nothing("user:offline")
    await clock.advance(10)
    await aiko.expects("user:offline")


def test_afterwards_time_is_what_it_was():
    real = time.time(), time.monotonic()
    with Clock() as clock:
        clock._ahead = 1_000
        assert time.time() - real[0] > 999 and time.monotonic() - real[1] > 999
        assert time.time_ns() / 1e9 - real[0] > 999
    assert time.time() - real[0] < 10 and time.monotonic() - real[1] < 10

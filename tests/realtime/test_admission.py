"""How many may come in, and by which way: at the limit, and one above it."""

import asyncio

import pytest
import websockets
from django.db import OperationalError
from django.test import AsyncRequestFactory

from realtime import streams
from realtime.admission import Admission, Handshakes, Pass
from realtime.consumers import RealtimeConsumer
from realtime.sse import stream
from realtime.testing import Refused, Socket
from realtime.views import poll
from tests.realtime.conftest import ON_DATABASE

pytestmark = ON_DATABASE


async def ask(view, token="ann", address="127.0.0.1", query=""):
    headers = {"Authorization": f"Bearer {token}"}
    request = AsyncRequestFactory().get(f"/{query}", headers=headers)
    request.META["REMOTE_ADDR"] = address
    return await view(request)


def test_what_is_handed_back_may_be_taken_again():
    admission = Admission()
    one, two = Pass(admission), Pass(admission)
    assert one.enter("user", "ann", limit=1)
    assert not two.enter("user", "ann", limit=1)
    assert two.enter("user", "bob", limit=1)
    assert two.enter("address", "ann", limit=1)
    one.hand_back()
    one.hand_back()
    assert two.enter("user", "ann", limit=1)
    two.hand_back()
    assert len(admission) == 0


async def test_a_user_has_so_many_sockets_and_streams_and_no_more(open_socket, hub, settings):
    settings.REALTIME = {"MAX_CONNECTIONS_PER_USER": 2}
    first, _welcome = await open_socket("ann")
    events = await ask(stream)
    assert events.status_code == 200
    bye = (await open_socket("ann"))[1]
    assert (bye["type"], bye["payload"]["code"]) == ("bye", 4009)
    refused = await ask(stream)
    assert (refused.status_code, refused["Retry-After"]) == (429, "5")
    assert (await open_socket("bob"))[1]["type"] == "connect"
    await first.close()
    assert (await open_socket("ann"))[1]["type"] == "connect"


async def test_a_poll_counts_for_nobody(open_socket, settings):
    settings.REALTIME = {"MAX_CONNECTIONS_PER_USER": 1}
    await open_socket("ann")
    assert (await ask(poll)).status_code == 200


async def test_a_poll_that_waits_counts_like_a_socket(open_socket, hub, settings):
    settings.REALTIME = {"MAX_CONNECTIONS_PER_USER": 1}
    waiting = asyncio.create_task(ask(poll, query="?wait=25"))
    async with asyncio.timeout(5):
        while len(hub.admission) < 3:
            await asyncio.sleep(0.005)
    refused = await ask(poll, query="?wait=25")
    assert (refused.status_code, refused["Retry-After"]) == (429, "5")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert len(hub.admission) == 0


async def test_a_stream_that_could_not_begin_is_not_counted(hub, monkeypatch):
    async def fails(*_arguments, **_named):
        raise OperationalError("gone")

    monkeypatch.setattr(streams, "attach", fails)
    assert (await ask(stream)).status_code == 503
    assert len(hub.admission) == 0


async def test_an_address_has_so_many_and_no_more_known_or_not(open_socket, hub, settings):
    settings.REALTIME = {"MAX_CONNECTIONS_PER_IP": 2}
    await open_socket("ann")
    nobody = Socket(RealtimeConsumer.as_asgi())
    await nobody.connect()
    bye = (await open_socket("bob"))[1]
    assert (bye["type"], bye["payload"]["code"]) == ("bye", 4009)
    assert (await ask(stream, "bob")).status_code == 429
    assert (await ask(stream, "bob", address="127.0.0.2")).status_code == 200
    await nobody.close()
    assert (await open_socket("bob"))[1]["type"] == "connect"


async def test_a_process_that_is_full_turns_back_and_goes_on(open_socket, settings):
    settings.REALTIME = {"MAX_CONNECTIONS": 1}
    first, _welcome = await open_socket("ann")
    with pytest.raises(Refused):
        await open_socket("bob")
    assert (await first.command("heartbeat"))["type"] == "heartbeat"
    await first.close()
    assert (await open_socket("bob"))[1]["type"] == "connect"


async def test_who_is_gone_is_not_counted(open_socket, hub):
    socket, _welcome = await open_socket("ann")
    assert len(hub.admission) == 3
    await socket.close()
    assert len(hub.admission) == 0


@pytest.mark.parametrize(
    ("served", "socket_opens", "statuses"),
    [("websocket", True, [404, 404]), ("sse, polling", False, [200, 200])],
)
async def test_a_transport_that_is_not_served_is_refused(
    open_socket, settings, served, socket_opens, statuses
):
    settings.REALTIME = {"TRANSPORTS": served}
    try:
        opens = (await open_socket("ann"))[1]["type"] == "connect"
    except Refused:
        opens = False
    assert opens is socket_opens
    assert [(await ask(view)).status_code for view in (stream, poll)] == statuses


# -- how fast they come ------------------------------------------------------------------------


def taken(handshakes, address, times, now, *, rate=1_000, address_rate=2):
    """How many of so many handshakes are taken."""
    waits = [
        handshakes.take(address, now, rate=rate, address_rate=address_rate) for _ in range(times)
    ]
    return waits.count(0.0)


def test_an_address_comes_ten_seconds_worth_at_once_and_then_at_its_rate():
    handshakes = Handshakes()
    assert taken(handshakes, "here", 20, 100) == 20
    assert taken(handshakes, "here", 1, 100) == 0
    assert handshakes.take("here", 100, rate=1_000, address_rate=2) == pytest.approx(0.5)
    assert taken(handshakes, "here", 9, 100.5) == 1
    assert taken(handshakes, "here", 99, 105.5) == 10
    assert taken(handshakes, "here", 99, 1_000) == 20
    assert taken(handshakes, "there", 99, 1_000) == 20


def test_a_process_takes_two_seconds_worth_at_once_from_all_together():
    handshakes = Handshakes()
    addresses = [f"192.0.2.{number}" for number in range(30)]
    assert sum(taken(handshakes, one, 1, 100, rate=10) for one in addresses) == 20
    assert sum(taken(handshakes, one, 1, 100.1, rate=10) for one in addresses) == 1


def test_who_floods_spends_nobody_elses_tokens():
    handshakes = Handshakes()
    assert taken(handshakes, "here", 10_000, 100, rate=20) == 20
    assert taken(handshakes, "there", 20, 100, rate=20) == 20


def test_addresses_that_are_still_are_forgotten():
    handshakes = Handshakes()
    for number in range(1_000):
        handshakes.take(f"{number}", 100 + number / 100, rate=1_000, address_rate=2)
    assert len(handshakes) < 200
    handshakes.take("here", 1_000, rate=1_000, address_rate=2)
    assert len(handshakes) == 1


async def nobody(**headers):
    """A socket that has not said who it is; raises Refused."""
    socket = Socket(RealtimeConsumer.as_asgi(), headers=headers)
    await socket.connect()
    return socket


async def test_of_one_address_so_many_are_nobody_and_no_more(open_socket, hub, settings):
    settings.REALTIME = {"MAX_PENDING_PER_IP": 2}
    first, second = await nobody(), await nobody()
    with pytest.raises(Refused):
        await nobody()
    assert (await open_socket("ann"))[1]["type"] == "connect"  # who says so at once is no nobody
    await first.send("auth", {"token": "bob"})
    assert (await first.receive())["type"] == "connect"
    third = await nobody()  # one has said who it is
    with pytest.raises(Refused):
        await nobody()
    await second.close()
    await third.close()
    await (await nobody()).close()
    await first.close()


async def test_a_session_that_is_over_makes_nobody_of_its_socket(open_socket, hub, settings):
    settings.REALTIME = {"MAX_PENDING_PER_IP": 1}
    over = {"cookie": "sessionid=bad", "origin": "http://localhost"}
    first = await nobody(**over)
    async with asyncio.timeout(5):
        while len(hub.admission) < 3:  # until its session was looked at
            await asyncio.sleep(0)
    with pytest.raises(Refused):
        await nobody()
    bye = await (await nobody(**over)).receive()
    assert (bye["type"], bye["payload"]["code"]) == ("bye", 4001)
    await first.close()


async def test_handshakes_of_an_address_are_refused_when_they_are_too_many(hub, settings):
    settings.REALTIME = {"HANDSHAKE_RATE_PER_IP": 0.2}
    for _ in range(2):
        await (await nobody()).close()
    with pytest.raises(Refused):
        await nobody()
    assert len(hub.admission) == 0


async def test_handshakes_of_a_process_are_refused_when_they_are_too_many(hub, settings):
    settings.REALTIME = {"HANDSHAKE_RATE": 1}
    for _ in range(2):
        await (await nobody()).close()
    with pytest.raises(Refused):
        await nobody()


async def test_who_comes_too_fast_is_told_so_before_anything_is_accepted(start_site):
    site = start_site(REALTIME_HANDSHAKE_RATE_PER_IP="0.2", REALTIME_MAX_PENDING_PER_IP="1")
    async with websockets.connect(f"{site.ws_url}/ws/"):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(f"{site.ws_url}/ws/")
        assert refusal.value.response.status_code == 503
        assert refusal.value.response.headers["Retry-After"] == "5"  # for it to say who it is
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(f"{site.ws_url}/ws/")
    assert refusal.value.response.status_code == 503
    assert 4 <= int(refusal.value.response.headers["Retry-After"]) <= 5

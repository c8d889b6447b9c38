"""How many may come in, and by which way: at the limit, and one above it."""

import pytest
from django.test import AsyncRequestFactory

from realtime.admission import Admission, Pass
from realtime.consumers import RealtimeConsumer
from realtime.sse import stream
from realtime.testing import Refused, Socket
from realtime.views import poll
from tests.realtime.conftest import ON_DATABASE

pytestmark = ON_DATABASE


async def ask(view, token="ann", address="127.0.0.1"):
    headers = {"Authorization": f"Bearer {token}"}
    request = AsyncRequestFactory().get("/", headers=headers)
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

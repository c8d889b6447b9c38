"""Who watches a process costs it little, however many they are."""

import asyncio
import threading

from django.test import AsyncRequestFactory

from realtime import database, log
from realtime.database import in_database
from realtime.health import readyz
from tests.realtime.conftest import ON_DATABASE, say

pytestmark = ON_DATABASE


async def test_many_who_ask_at_once_cost_one_look(hub, monkeypatch):
    looks = []
    head = log.head
    monkeypatch.setattr(log, "head", lambda: looks.append(1) or head())
    answers = await asyncio.gather(*(readyz(AsyncRequestFactory().get("/")) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert 2 <= len(looks) < 10  # of the database and of the log; the hub looks too
    assert (await readyz(AsyncRequestFactory().get("/"))).status_code == 200
    assert len(looks) > 2  # what one look found is not told for ever


async def test_who_asks_and_asks_does_not_hold_up_the_log(open_socket, hub):
    """Three threads are busy with readers; events are followed by one of their own."""
    socket, _welcome = await open_socket()
    go = threading.Event()
    asked = [asyncio.create_task(in_database(go.wait, 20)) for _ in range(30)]
    while database._threads._work_queue.qsize() < 20:
        await asyncio.sleep(0)
    try:
        await asyncio.to_thread(say, "not held up")
        assert (await socket.expect("test:said"))["payload"]["text"] == "not held up"
    finally:
        go.set()
        await asyncio.gather(*asked)

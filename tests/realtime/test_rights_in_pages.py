"""A page goes by the rights of the moment at which it is given, also where they came meanwhile."""

import asyncio

import pytest

from realtime import ring
from realtime.events import Enter, Forget, Recall
from realtime.publish import change_rights
from realtime.registry import registry
from tests.realtime.conftest import ON_DATABASE, changed, said, say

pytestmark = ON_DATABASE


def told(page):
    return [event["payload"].get("text") for event in page["payload"]["events"]]


def start_of(welcome):
    return f"{welcome['payload']['cursor'].partition('-')[0]}-0"


@pytest.mark.parametrize("kept", [1, 100], ids=["log", "ring"])
async def test_what_a_room_tells_that_is_entered_while_a_page_is_asked_for_is_in_it(
    open_socket, monkeypatch, kept
):
    monkeypatch.setattr(ring, "MAX_EVENTS", kept)
    await said("old")
    socket, welcome = await open_socket("ann")
    news = [("followers", "following:bob"), ("last", "public")]

    def unread(users):
        """The first thing that a page reads: meanwhile ann follows bob, who writes."""
        if news:
            change_rights(Enter(user="ann", room="following:bob", reason="followed"))
        while news:
            text, room = news.pop(0)
            say(text, rooms=(room,))
        return {}

    registry.unread = unread
    page = await socket.command("sync:request", {"cursor": start_of(welcome)})
    assert told(page) == ["old", "followers", "last"]


async def test_what_was_hidden_and_shown_again_while_a_page_was_read_is_in_it(
    open_socket, world, monkeypatch
):
    monkeypatch.setattr(ring, "MAX_EVENTS", 1)
    await said("shown again", subjects=("post:1",))
    await said("kept")
    socket, welcome = await open_socket("ann")
    original, loop = world.registry().subjects["post"], asyncio.get_running_loop()

    async def hide_and_show():
        await changed(Forget(subject="post:1", unless="following:bob", forever=False))
        await changed(Recall(subject="post:1", room="post:1"))

    def while_hidden(user, ids):
        visible = original(user, ids)
        asyncio.run_coroutine_threadsafe(hide_and_show(), loop).result(10)
        return visible

    registry.subjects["post"] = while_hidden
    page = await socket.command("sync:request", {"cursor": start_of(welcome)})
    assert told(page) == ["shown again", "kept"]

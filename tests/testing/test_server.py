"""The fake client and its server: what a client gets, loses and gets again."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.test import TestCase

from accounts.logins import end
from posts.actions import create_post
from realtime import log
from realtime.hub import Hub
from realtime.testing import Closed, Refusal, Server
from tests.api import person
from tests.testing.conftest import bodies, token_of


async def test_a_client_expects_what_comes_and_passes_over_the_rest(aiko, ben):
    await ben("one", "two", "three")
    frame = await aiko.expects("post:created", {"post": {"body": "two"}}, room="public")
    assert frame["payload"]["author"]["username"] == "ben"
    with pytest.raises(AssertionError, match=r"'post:created' with .*one.* did not come in 0.01 s"):
        await aiko.expects("post:created", {"post": {"body": "one"}}, seconds=0.01)
    assert await bodies(aiko, 1) == ["three"]
    await aiko.expects_nothing()


async def test_nothing_is_on_its_way_or_the_test_fails(aiko, ben):
    await ben("one")
    await aiko.expects_nothing("post:liked")
    await aiko.expects_nothing(room="presence")
    with pytest.raises(AssertionError, match="'post:created' was not to come"):
        await aiko.expects_nothing("post:created")


async def test_a_client_joins_and_leaves_and_learns_why_not(server, aiko, ben):
    with pytest.raises(Refusal) as refusal:
        await aiko.join(f"user:{ben.user.pk}")
    assert refusal.value.code == "forbidden"
    await aiko.join("hashtag:Tea")
    assert aiko.rooms == ["hashtag:tea"]
    await ben("#tea")
    await aiko.expects("post:created", room="hashtag:tea")
    await aiko.leave("hashtag:tea")
    assert aiko.rooms == []


async def test_who_was_away_gets_what_it_missed_once_and_in_order(aiko, ben):
    await aiko.join("hashtag:tea")
    await ben("one")
    assert await bodies(aiko, 1) == ["one"]
    await aiko.drops()
    await ben("two #tea", "three #tea")
    assert await aiko.resumes() is None
    assert "hashtag:tea" in aiko.welcome["rooms"]
    await ben("four")
    assert await bodies(aiko, 3) == ["two #tea", "three #tea", "four"]
    await aiko.expects_nothing()


async def test_a_client_that_cannot_be_told_what_it_missed_is_told_so(server, aiko, ben):
    await aiko.drops()
    aiko.cursor = "another-7"
    assert await aiko.resumes() == "epoch"
    await ben("one")
    assert await bodies(aiko, 1) == ["one"]


async def test_an_event_that_comes_twice_fails_the_test_that_meets_it(aiko, ben):
    await ben("one")
    await aiko.expects("post:created")
    (again,) = await _entries()
    hub = await Hub.of_this_process()
    hub.position = hub.handed_out = again.seq - 1
    await hub._hand_out_all([again])
    with pytest.raises(AssertionError, match="event 1 came after 1"):
        await aiko.expects("post:created", seconds=1)


async def _entries():
    return await sync_to_async(log.read)(0)


async def test_a_client_comes_by_a_token_too_and_sees_how_its_socket_ends(server):
    user = await server.do(person, "cho")
    client = await server.client(token=await server.do(token_of, user), path="/ws/posts/")
    login = await server.do(user.logins.get)
    await server.do(end, user, login.pk)
    assert await client.closed() == 4001
    with pytest.raises(Closed):
        await client.expects("post:created")


# -- a process that dies -----------------------------------------------------------------------


async def test_what_is_written_while_no_server_runs_is_there_at_the_next_one(server, aiko, ben):
    await ben("one")
    assert await bodies(aiko, 1) == ["one"]
    before = await Hub.of_this_process()
    await server.kill()
    assert Hub.running() is None
    await ben("two", "three")
    assert await aiko.resumes() is None
    after = await Hub.of_this_process()
    assert after.node != before.node
    await ben("four")
    assert await bodies(aiko, 3) == ["two", "three", "four"]
    await aiko.expects_nothing()


async def test_frames_on_their_way_when_the_process_dies_come_after_it(server, aiko, ben):
    for round_ in range(5):
        await ben(*(f"{round_}.{number}" for number in range(3)))
        await server.kill()
        await aiko.resumes()
    wanted = [f"{round_}.{number}" for round_ in range(5) for number in range(3)]
    assert await bodies(aiko, 15) == wanted
    await aiko.expects_nothing()


# -- a layer that is not to be trusted -----------------------------------------------------------


async def test_a_message_of_another_process_arrives_by_the_layer(server, aiko, ben, monkeypatch):
    monkeypatch.setattr("realtime.hub.LOOK_SECONDS", 60)
    await server.settle()
    await ben("one", elsewhere=True)
    assert await bodies(aiko, 1) == ["one"]


async def test_what_the_layer_loses_is_found_in_the_log(server, aiko, ben, monkeypatch):
    monkeypatch.setattr("realtime.hub.LOOK_SECONDS", 60)
    await server.settle()
    with server.layer.losing():
        await ben("one", elsewhere=True)
    with pytest.raises(AssertionError, match="did not come"):
        await aiko.expects("post:created", seconds=0.2)
    await ben("two", elsewhere=True)  # which shows that there is a gap
    assert await bodies(aiko, 2) == ["one", "two"]


async def test_what_the_layer_repeats_comes_once(server, aiko, ben):
    with server.layer.repeating():
        await ben("one", "two", elsewhere=True)
    assert await bodies(aiko, 2) == ["one", "two"]
    await aiko.expects_nothing()


async def test_what_the_layer_delays_and_turns_round_comes_in_order(server, aiko, ben):
    with server.layer.delaying():
        await ben("one", "two", "three", elsewhere=True)
    assert await bodies(aiko, 3) == ["one", "two", "three"]
    await aiko.expects_nothing()


# -- without commits -----------------------------------------------------------------------------


class InATransaction(TestCase):
    """The client gets what the test has written, though nothing of it is ever committed."""

    def setUp(self):
        self.ben, self.aiko = person("ben"), person("aiko")

    async def test_a_client_gets_what_was_written(self):
        async with Server() as server:
            client = await server.client(self.aiko)
            await server.do(create_post, self.ben, "one")
            assert await bodies(client, 1) == ["one"]
            await client.drops()
            await sync_to_async(create_post)(self.ben, "two")
            await client.resumes()
            assert await bodies(client, 1) == ["two"]
            await client.expects_nothing()
            with self.assertRaisesMessage(AssertionError, "use TransactionTestCase"):
                await server.do_elsewhere(create_post, self.ben, "three")

    async def test_nothing_is_left_of_it(self):
        assert await sync_to_async(lambda: log.head().last)() == 0


async def test_the_server_leaves_everything_as_it_was(transactional_db):
    from channels.layers import get_channel_layer

    from realtime import database

    before = get_channel_layer(), database._threads
    async with Server():
        assert get_channel_layer() is not before[0]
    assert (get_channel_layer(), database._threads) == before
    assert Hub.running() is None and log.on_append is None
    assert not [one for one in asyncio.all_tasks() if one.get_name().startswith("hub ")]

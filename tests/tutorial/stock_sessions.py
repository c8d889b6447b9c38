"""Django's own users and sessions, where no app says who is who: run in the tutorial's project.

There the user model, the sessions and what ends them are as ``startproject`` makes them.
"""

import logging

import pytest
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from realtime.testing import Closed, Server, Socket


@pytest.fixture
async def server(transactional_db, monkeypatch):
    # Who comes with a session that has ended may still give a token, for so long.
    monkeypatch.setattr("realtime.consumers.AUTH_SECONDS", 0.3)
    async with Server() as server:
        yield server


@pytest.fixture
async def aiko(transactional_db, django_user_model):
    return await django_user_model.objects.acreate_user("aiko", password="a")


def log_out():
    """Log out of the session that is oldest."""
    request = HttpRequest()
    request.session = SessionStore(Session.objects.order_by("expire_date").first().pk)
    logout(request)


async def test_the_first_frame_says_whose_session_it_is(server, aiko):
    client = await server.client(aiko)
    assert client.welcome["user"] == {"id": str(aiko.pk), "username": "aiko"}


async def test_a_logout_ends_the_sockets_of_its_session_alone(server, aiko):
    one, other = await server.client(aiko), await server.client(aiko)
    await server.do(log_out)
    assert await one.closed() == 4001
    await other.expects_nothing()
    await one.drops()
    with pytest.raises(Closed, match="4001"):
        await one.connect()


async def test_a_user_who_is_deactivated_or_deleted_is_gone(server, aiko, django_user_model):
    client = await server.client(aiko)
    aiko.is_active = False
    await server.do(aiko.save)
    assert await client.closed() == 4003
    with pytest.raises(Closed, match="4001"):
        await client.connect()
    ben = await django_user_model.objects.acreate_user("ben")
    client = await server.client(ben)
    await server.do(ben.delete)
    assert await client.closed() == 4003


async def test_a_new_password_ends_the_sessions_of_the_old_one(server, aiko):
    client = await server.client(aiko)
    aiko.last_name = "Sato"
    await server.do(aiko.save)
    await client.expects_nothing()
    aiko.set_password("b")
    await server.do(aiko.save)
    assert await client.closed() == 4202
    with pytest.raises(Closed, match="4001"):
        await client.connect()


@pytest.mark.parametrize("key", ["", "short", "never-given-by-anybody-0123456789", "nul\0" * 8])
async def test_a_key_that_was_never_given_is_nobody_s(server, key, caplog):
    headers = {"cookie": f"sessionid={key}", "host": "testserver", "origin": "http://testserver"}
    socket = Socket(server.application, headers=headers)
    await socket.connect()
    # A token may follow a session that has ended; none is taken here.
    assert (await socket.command("auth", {"token": "t"}))["payload"]["code"] == "unauthenticated"
    assert await socket.close_code() == 4001
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    await socket.close()

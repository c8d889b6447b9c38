"""The Python client at scripted servers: what it does with what a server may do."""

import asyncio

import pytest

from realtime_client import (
    AfterClose,
    Closed,
    CommandError,
    Disconnected,
    RealtimeClient,
    after_close,
    full_jitter,
)
from realtime_client import connection as connection_module
from tests.guards.source import ROOT
from tests.guards.test_docs import table
from tests.python_client.scripted import scripted


def soon():
    """Chance, but for tests that do not wait."""
    return 0.01


async def stay(line):
    """Take what comes until the other side goes."""
    async for _message in line.socket:
        pass


async def events(client, count):
    found = []
    async for frame in client:
        if frame.seq is not None:
            found.append(frame.seq)
        if len(found) == count:
            return found


def test_the_classes_of_close_codes_are_the_protocol_s():
    words = {
        "do not reconnect": AfterClose.STOP,
        "reconnect at once": AfterClose.AT_ONCE,
        "fetch a fresh token": AfterClose.AT_ONCE,
        "reconnect with backoff": AfterClose.BACK_OFF,
    }
    for code, _reason, what in table((ROOT / "docs/protocol.md").read_text(), "code"):
        if code == "1009":
            continue  # it is for whoever sends too much to know
        (wanted,) = {then for begin, then in words.items() if what.startswith(begin)}
        assert after_close(int(code)) is wanted, code
    assert after_close(1006) is AfterClose.BACK_OFF
    assert after_close(1012) is AfterClose.AT_ONCE


def test_waits_are_a_random_part_of_a_bound_that_doubles():
    assert [full_jitter(attempt, lambda: 1.0) for attempt in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert full_jitter(5, lambda: 0.0) == 0
    assert full_jitter(100_000, lambda: 1.0) == 30


async def test_it_comes_back_by_its_cursor_and_tells_each_event_once():
    async def first(line):
        await line.welcome()
        await line.event(1)
        await line.event(2)
        line.socket.transport.abort()

    async def second(line):
        await line.welcome(line.query["cursor"])
        again = {"type": "said", "payload": {}, "seq": "2", "cursor": "log-2"}
        new = {"type": "said", "payload": {}, "seq": "3", "cursor": "log-3"}
        page = {"events": [again, new], "cursor": "log-3", "complete": True, "reset": None}
        await line.say("sync:response", page)
        await line.event(4)
        await stay(line)

    async with scripted(first, second) as (url, lines):
        async with RealtimeClient(url, rooms=["a", "b"], rng=soon) as client:
            assert await events(client, 4) == [1, 2, 3, 4]
            assert client.ends == {1006: 1}
        assert [line.query for line in lines] == [
            {"rooms": "a,b"},
            {"rooms": "a,b", "cursor": "log-2"},
        ]


async def test_the_cursor_to_keep_is_behind_what_the_program_has_done_with():
    async def only(line):
        await line.welcome()
        await line.event(1)
        await line.event(2)
        await line.say("heartbeat", {"cursor": "log-9", "ts": ""})
        assert (await line.heard())["type"] == "heartbeat"
        await line.event(10)
        await stay(line)

    async with scripted(only) as (url, _lines), RealtimeClient(url, rng=soon) as client:
        seen = []
        async for frame in client:
            seen.append((frame.seq, frame.cursor, client.cursor))
            if frame.seq == 10:
                break
        assert seen == [
            (None, "log-0", None),
            (1, "log-1", "log-0"),
            (2, "log-2", "log-1"),
            (10, "log-10", seen[-1][2]),
        ]
        assert seen[-1][2] in ("log-2", "log-9")  # whether it waited when the heartbeat came


async def test_a_reset_is_told_and_the_new_log_begins_anew():
    async def first(line):
        await line.welcome("old-899")
        await line.event(900)
        line.socket.transport.abort()

    async def second(line):
        await line.welcome(line.query["cursor"])
        page = {"events": [], "cursor": "new-1", "complete": True, "reset": "epoch"}
        await line.say("sync:response", page)
        await line.say("said", {}, seq="2", cursor="new-2")
        await stay(line)

    async with scripted(first, second) as (url, _), RealtimeClient(url, rng=soon) as client:
        frames = [await anext(client) for _ in range(5)]
    kinds = [frame.type for frame in frames]
    assert kinds == ["connect", "said", "connect", "reset", "said"]
    assert frames[3].payload == {"reset": "epoch"}


async def test_who_is_turned_away_for_good_does_not_come_again():
    async def only(line):
        await line.bye(4001)

    async with scripted(only) as (url, lines):
        with pytest.raises(Closed) as closed:
            async with RealtimeClient(url, rng=soon):
                pass
        assert (closed.value.code, len(lines)) == (4001, 1)


async def test_one_that_is_ended_later_says_so_behind_what_came_before():
    async def only(line):
        await line.welcome()
        await line.event(1)
        await line.bye(4003)

    async with scripted(only) as (url, _lines), RealtimeClient(url, rng=soon) as client:
        await asyncio.wait([client._task])  # it has ended before anything is asked of it
        assert await events(client, 1) == [1]
        with pytest.raises(Closed, match="4003"):
            await anext(client)
        with pytest.raises(Closed, match="4003"):
            await client.emit("room:join", {"room": "a"})


@pytest.mark.parametrize(("named", "wait"), [(12, 6.0), (0, 0.0)])
async def test_a_return_at_once_spreads_over_the_time_that_the_server_names(named, wait):
    waits = []

    class Noted(RealtimeClient):
        async def _connect_once(self, attempt):
            waits.append(await super()._connect_once(attempt))
            return 0.0

    async def draining(line):
        await line.welcome()
        await line.bye(4200, retry_after=named)

    async def crashing(line):
        await line.welcome()
        await line.bye(4100)

    async def last(line):
        await line.bye(4000)

    async with (
        scripted(draining, crashing, last) as (url, _lines),
        Noted(url, rng=lambda: 0.5) as client,
    ):
        with pytest.raises(Closed):
            while True:
                await anext(client)
    # Half of it; then half of 2 s, because the second try held no time.
    assert waits == [wait, 1.0]


async def test_each_connection_and_each_end_of_a_token_asks_for_a_fresh_one():
    given = iter(["one", "two", "three"])
    heard = []

    async def token():
        return next(given)

    async def first(line):
        await line.welcome()
        await line.say("auth:expiring", {"in": 60})
        heard.append(await line.heard())
        await line.bye(4202)

    async def second(line):
        await line.welcome()
        await line.event(1)
        await stay(line)

    async with scripted(first, second) as (url, lines):
        async with RealtimeClient(url, token=token, rng=soon) as client:
            assert await events(client, 1) == [1]
        assert [line.token for line in lines] == ["one", "three"]
    assert heard == [{"type": "auth", "payload": {"token": "two"}}]


async def test_no_token_for_now_is_tried_again_and_another_error_is_raised():
    tries = []

    async def token():
        tries.append(None)
        if len(tries) == 1:
            raise ConnectionRefusedError
        raise LookupError("no account")

    async with scripted() as (url, _lines):
        with pytest.raises(LookupError, match="no account"):
            async with RealtimeClient(url, token=token, rng=soon):
                pass
    assert len(tries) == 2


async def test_a_command_gets_its_answer_or_its_error_or_is_disconnected():
    async def first(line):
        await line.welcome()
        asked = await line.heard()
        assert asked == {"type": "room:join", "payload": {"room": "A"}, "id": "1"}
        await line.event(1)
        await line.say("ack", {"room": "a", "cursor": "log-1"}, id="1")
        await line.heard()
        refusal = {"code": "rate_limited", "message": "slower", "retryAfter": 2.5}
        await line.say("error", refusal, id="2")
        await line.heard()
        line.socket.transport.abort()

    async def second(line):
        await line.welcome(line.query["cursor"])
        await stay(line)

    async with scripted(first, second) as (url, lines):
        async with RealtimeClient(url, rng=soon) as client:
            assert (await client.join("A"))["room"] == "a"
            with pytest.raises(CommandError) as refused:
                await client.emit("shout")
            assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 2.5)
            with pytest.raises(Disconnected):
                await client.emit("shout")
            with pytest.raises(TimeoutError):
                await client.emit("shout", seconds=0.05)
        assert lines[1].query["rooms"] == "a"


async def test_a_server_that_ends_in_the_middle_of_a_handshake_is_tried_again():
    tries = 0

    async def answer(reader, writer):
        nonlocal tries
        tries += 1
        await reader.readuntil(b"\r\n\r\n")
        replies = [b"", b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"]
        replies += [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"]
        writer.write(replies[tries - 1])
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Closed, match="403"):
            async with RealtimeClient(f"ws://127.0.0.1:{port}/ws/", rng=soon):
                pass
    assert tries == 3


async def test_silence_beyond_the_heartbeat_is_a_loss(monkeypatch):
    monkeypatch.setattr(connection_module, "GRACE_SECONDS", 0.05)

    async def silent(line):
        await line.welcome(interval=0.05)
        await stay(line)

    async def second(line):
        await line.welcome()
        await line.event(1)
        await stay(line)

    async with scripted(silent, second) as (url, _), RealtimeClient(url, rng=soon) as client:
        assert await events(client, 1) == [1]
        assert client.ends == {1006: 1}


async def test_the_loop_ends_when_the_client_is_closed():
    async def only(line):
        await line.welcome()
        await stay(line)

    async with scripted(only) as (url, _lines), RealtimeClient(url, rng=soon) as client:
        assert (await anext(client)).type == "connect"
        waiting = asyncio.ensure_future(anext(client, "ended"))
        await asyncio.sleep(0)
        await client.close()
        assert await waiting == "ended"
        with pytest.raises(Closed):
            await client.emit("shout")

"""So many requests at once, and of those who wait one of each address in turn."""

import asyncio

import pytest

from realtime import turns
from realtime.turns import Full, InTurn, Turns


async def served(queue, names):
    """Who has their turn as turns are given back, of those who wait under these names."""
    order = []
    for name in names:
        turn = queue.take(name)
        turn.add_done_callback(lambda _turn, name=name: order.append(name))
    for _ in names:
        queue.give_back()
        await asyncio.sleep(0)
    return order


async def test_so_many_work_at_once_and_the_next_waits():
    queue = Turns(at_once=2)
    assert queue.take("a") is queue.take("a") is None
    waiting = queue.take("b")
    assert not waiting.done()
    queue.give_back()
    assert waiting.done()


async def test_a_turn_that_nobody_waits_for_is_free_again():
    queue = Turns(at_once=1)
    for _ in range(3):
        assert queue.take("a") is None
        queue.give_back()


async def test_an_address_with_many_requests_lets_others_go_between():
    queue = Turns(at_once=1)
    queue.take("x")
    assert await served(queue, ["flood"] * 5 + ["one", "two", "one"]) == [
        *("flood", "one", "two"),
        *("flood", "one"),
        *("flood", "flood", "flood"),
    ]


async def test_too_many_who_wait_are_refused():
    queue = Turns(at_once=1, most_waiting=2)
    queue.take("a")
    queue.take("a")
    queue.take("a")
    with pytest.raises(Full):
        queue.take("b")
    queue.give_back()
    queue.take("b")


async def test_who_has_gone_does_not_keep_a_turn():
    queue = Turns(at_once=1, most_waiting=5)
    queue.take("a")
    queue.take("a").cancel()
    queue.give_back()
    assert queue.take("b") is None


class Client:
    """One request at an application, as a server hands it over."""

    def __init__(self, app, path="/", address="192.0.2.1", body=b""):
        self.sent = []
        self._incoming = asyncio.Queue()
        self.say("http.request", body=body)
        scope = {"type": "http", "path": path, "client": (address, 1)}
        self.task = asyncio.create_task(app(scope, self._incoming.get, self._send))

    def say(self, kind, **members):
        self._incoming.put_nowait({"type": kind, **members})

    @property
    def status(self):
        return self.sent[0]["status"] if self.sent else None

    async def _send(self, message):
        self.sent.append(message)


class App:
    """Answers each request when it is told to."""

    def __init__(self):
        self.working, self.bodies = 0, []
        self.go, self.read = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.bodies.append((await receive())["body"])
        self.working += 1
        await self.go.wait()
        self.working -= 1
        await send({"type": "http.response.start", "status": 200})
        await self.read.wait()


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_requests_beyond_that_wait_without_a_thread():
    inner = App()
    app = InTurn(inner)
    clients = [Client(app, body=b"x") for _ in range(turns.AT_ONCE + 5)]
    await settle()
    assert inner.working == turns.AT_ONCE
    inner.go.set()
    await settle()
    # All are answered, although nobody has read the first answers to their ends.
    assert [client.status for client in clients] == [200] * len(clients)
    assert inner.bodies == [b"x"] * len(clients)
    inner.read.set()
    await asyncio.gather(*(client.task for client in clients))


async def test_a_body_that_does_not_come_takes_no_turn(monkeypatch):
    inner = App()
    app = InTurn(inner)
    slow = []
    for _ in range(turns.AT_ONCE + 5):
        slow.append(Client(app))
        slow[-1]._incoming.get_nowait()
        slow[-1].say("http.request", body=b"x", more_body=True)
    await settle()
    quick = Client(app)
    await settle()
    assert inner.working == 1
    inner.go.set()
    await settle()
    assert quick.status == 200
    for client in slow:
        client.say("http.disconnect")
    await asyncio.gather(*(client.task for client in slow))
    assert inner.bodies == [b""]
    inner.read.set()
    await quick.task


async def test_who_goes_while_they_wait_is_not_worked_for():
    inner = App()
    app = InTurn(inner)
    first = [Client(app) for _ in range(turns.AT_ONCE)]
    await settle()
    waiting = Client(app)
    await settle()
    waiting.say("http.disconnect")
    await waiting.task
    inner.go.set()
    inner.read.set()
    await asyncio.gather(*(client.task for client in first))
    assert len(inner.bodies) == turns.AT_ONCE
    again = Client(app)
    await again.task
    assert again.status == 200


async def test_when_too_many_wait_they_are_told_to_come_again(monkeypatch):
    inner = App()
    app = InTurn(inner)
    app._turns = Turns(at_once=1, most_waiting=1)
    clients = [Client(app) for _ in range(3)]
    await settle()
    assert [client.status for client in clients] == [None, None, 503]
    assert dict(clients[2].sent[0]["headers"])[b"retry-after"] == b"1"
    inner.go.set()
    inner.read.set()
    await asyncio.gather(*(client.task for client in clients))


@pytest.mark.parametrize(
    ("path", "needs_one"),
    [
        ("/healthz", False),
        ("/readyz/", False),
        ("/metrics", False),
        ("/api/realtime/poll", False),
        ("/api/realtime/stream/", False),
        # Pages that there are not are worked on like others.
        ("/healthzz", True),
        ("/healthz//", True),
        ("/api/realtime/nothing", True),
    ],
)
async def test_what_must_be_answered_and_what_waits_on_purpose_need_no_turn(path, needs_one):
    inner = App()
    app = InTurn(inner)
    clients = [Client(app) for _ in range(turns.AT_ONCE + 1)]
    await settle()
    clients.append(Client(app, path))
    await settle()
    assert inner.working == turns.AT_ONCE + (not needs_one)
    inner.go.set()
    inner.read.set()
    await asyncio.gather(*(client.task for client in clients))


async def test_a_turn_is_given_back_by_what_fails():
    async def fails(scope, receive, send):
        raise ValueError

    app = InTurn(fails)
    for _ in range(turns.AT_ONCE + 1):
        with pytest.raises(ValueError):
            await asyncio.wait_for(Client(app).task, 5)

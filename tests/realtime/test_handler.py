"""A request leaves nothing for the collector, which comes seldom."""

import asyncio
import gc
import weakref

import pytest
from django.core.exceptions import RequestAborted

from realtime.handler import Handler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(monkeypatch):
    """The requests that are made, as long as somebody knows them."""
    known = []
    create = Handler.create_request

    def remember(self, scope, body_file):
        request, refusal = create(self, scope, body_file)
        known.append(weakref.ref(request))
        return request, refusal

    monkeypatch.setattr(Handler, "create_request", remember)
    gc.collect()
    gc.disable()
    yield known
    gc.enable()


async def serve(path, *, leave=False):
    """What is sent for a request whose client stays, or leaves at once."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    messages += [{"type": "http.disconnect"}] if leave else []
    sent = []

    async def receive():
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    await Handler()(scope, receive, send)
    return sent


@pytest.mark.parametrize("path", ["/healthz", "/api/realtime/poll", "/theme/"])
async def test_a_request_that_is_over_is_gone(made, path):
    assert (await serve(path))[0]["type"] == "http.response.start"
    async with asyncio.timeout(5):  # a thread that served it may be a moment late to let go
        while [request for request in made if request() is not None]:
            await asyncio.sleep(0.01)
    assert len(made) == 1


async def test_one_whose_client_went_away_is_gone_too(made):
    await serve("/healthz", leave=True)
    assert [request() for request in made] == [None]
    assert [one for one in gc.get_objects() if issubclass(type(one), RequestAborted)] == []

"""Whose address counts, and which scheme, behind a proxy that is trusted and one that is not."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect

from tests.clients import Api
from tests.conftest import StartSite
from tests.stories.test_operations import serve

PER_IP = {"REALTIME_MAX_CONNECTIONS_PER_IP": "1"}


async def is_let_in(url: str, token: str, forwarded: str) -> bool:
    """Whether a second client, said to be from elsewhere, is let in beside a first one."""
    async with AsyncExitStack() as stack:
        for address in ("203.0.113.1", forwarded):
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
            socket = await stack.enter_async_context(
                connect(f"{url}/ws/", additional_headers=headers)
            )
            first = await asyncio.wait_for(socket.recv(), 10)
        return '"connect"' in str(first)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "let_in"),
    [
        ("127.0.0.0/8", "203.0.113.2", True),
        ("127.0.0.0/8", "203.0.113.1", False),
        # What a client itself has put before its proxy's word does not count.
        ("127.0.0.0/8", "203.0.113.2, 203.0.113.1", False),
        ("", "203.0.113.2", False),
    ],
)
async def test_an_address_counts_as_the_trusted_proxy_says(
    start_site: StartSite, trusted: str, forwarded: str, let_in: bool
) -> None:
    site = start_site(TRUSTED_PROXIES=trusted, **PER_IP)
    reader = await Api.register(site.url)
    assert await is_let_in(site.ws_url, reader.token, forwarded) is let_in


def test_a_proxy_that_is_no_address_is_refused_at_the_start(tmp_path) -> None:
    said = serve(tmp_path, DEBUG="1", TRUSTED_PROXIES="nginx")
    assert "TRUSTED_PROXIES: 'nginx'" in said

"""A network between browsers and a site that tests can cut, block, freeze and count.

It is a proxy, because nothing else sees the sockets of a worker.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Page, expect

from tests.servers import Site

WITHOUT_WORKER = "delete globalThis.SharedWorker"
#: Seconds, for what takes some tries.
LONG = 30


@dataclass
class Network:
    """Between browser and site, one connection for each request; what is blocked is refused."""

    site: Site
    blocked: set[str] = field(default_factory=set)
    #: What it answers by itself, by path.
    own: dict[str, Callable[[], str]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    open: dict[asyncio.StreamWriter, str] = field(default_factory=dict)
    is_frozen: bool = False
    server: asyncio.Server | None = None

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, path: str) -> int:
        """How many connections to a path are open now."""
        return sum(one.startswith(path) for one in self.open.values())

    def cut(self, path: str) -> None:
        for writer, one in [*self.open.items()]:
            if one.startswith(path):
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            self.asked[path] += 1
            if any(path.startswith(one) for one in self.blocked):
                writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            elif path in self.own:
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                writer.write(head + self.own[path]().encode())
            else:
                await self._pass_on(head, path, reader, writer)
        self.open.pop(writer, None)
        with suppress(OSError):
            writer.close()

    async def _pass_on(
        self, head: bytes, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", self.site.port)
        if not re.search(rb"(?im)^upgrade:", head):
            head = re.sub(rb"(?im)^connection: [^\r]*", b"Connection: close", head)
        to.write(head)
        self.open[writer] = path
        pumps = [asyncio.create_task(self._pump(*ends)) for ends in ((reader, to), (there, writer))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        to.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if not self.is_frozen:
                    writer.write(data)
                    await writer.drain()


@dataclass
class Reader:
    """Somebody whose tabs are all behind the network."""

    context: BrowserContext
    network: Network

    async def tab(self, path: str = "/", *, is_live: bool = True) -> Page:
        page = await self.context.new_page()
        await page.goto(f"{self.network.url}{path}")
        if is_live:
            await live(page)
        return page


NewReader = Callable[..., Awaitable[Reader]]


async def live(page: Page, state: str = "open", *, seconds: float = LONG) -> None:
    badge = page.locator(f"connection-badge[state={state}]").first
    await badge.wait_for(state="attached", timeout=seconds * 1000)


async def waits(page: Page, number: int) -> None:
    """The pill tells of so many new posts: none is missing, none came twice."""
    text = re.compile(f"^\\D*{number} new posts?$")
    await expect(page.locator(".pill:visible")).to_have_text(text, timeout=LONG * 1000)


async def until(condition: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.02)
    assert condition(), what


async def hurry(page: Page, state: str) -> None:
    """Let the page's time run fast until it is in a state, five times as fast as the server's.

    Faster, and a page on a busy machine has waited its ten seconds before a server could answer.
    """
    badge = page.locator(f"connection-badge[state={state}]")
    async with asyncio.timeout(LONG):
        while not await badge.count():
            await page.clock.run_for(500)
            await asyncio.sleep(0.1)

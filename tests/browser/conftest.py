"""People at browsers: each has a context of their own, logged in, and no errors in its console.

With ``COLLECTED=1`` in the environment all of these tests are at a site as in production, with the
scripts that browsers receive there; ``test_production.py`` is so always.
"""

import os
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.network import WITHOUT_WORKER, Network, NewReader, Reader
from tests.servers import Site

PASSWORD = "a-long-way-to-kyoto"
#: Milliseconds that a test waits for what must come; a page that is slower than that is broken.
PATIENCE = 5_000


@dataclass
class Person:
    """Somebody with a browser: their name, their context, and the page in front of them."""

    name: str
    context: BrowserContext
    page: Page
    site: Site

    async def go(self, path: str) -> Page:
        """Open a page and wait until it is live."""
        await self.page.goto(f"{self.site.url}{path}")
        await self.live()
        return self.page

    async def live(self) -> None:
        """Wait until the page says that it is live."""
        await self.page.locator("connection-badge[state=open]").first.wait_for(state="attached")

    async def tab(self, path: str) -> Page:
        """A second page in the same browser, live."""
        page = await self.context.new_page()
        await page.goto(f"{self.site.url}{path}")
        await page.locator("connection-badge[state=open]").first.wait_for(state="attached")
        return page

    async def post(self, body: str, **more: str) -> str:
        """Write a post through REST; its id."""
        answer = await self.api("POST", "/api/posts", {"body": body, **more})
        return str(answer["id"])

    async def api(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """Call REST with this person's session."""
        cookies = await self.context.cookies()
        token = next(c.get("value", "") for c in cookies if c.get("name") == "csrftoken")
        answer = await self.context.request.fetch(
            f"{self.site.url}{path}", method=method, data=data, headers={"X-CSRFToken": token}
        )
        assert answer.ok, await answer.text()
        return await answer.json() if await answer.body() else None


NewPerson = Callable[..., Awaitable[Person]]


async def arrive(context: BrowserContext, site: Site, name: str, display_name: str) -> None:
    """Sign up by the page's form without drawing it: most tests are about what comes after."""
    form = {"username": name, "display_name": display_name, "password": PASSWORD}
    await context.request.get(f"{site.url}/signup/")
    cookies = await context.cookies()
    form["csrfmiddlewaretoken"] = next(
        str(c.get("value")) for c in cookies if c.get("name") == "csrftoken"
    )
    answer = await context.request.post(f"{site.url}/signup/", form=form, max_redirects=0)
    assert answer.status == 302, await answer.text()


async def sign_up(page: Page, site: Site, name: str, display_name: str) -> None:
    """Sign up as people do."""
    await page.goto(f"{site.url}/signup/")
    await page.fill("[name=username]", name)
    await page.fill("[name=display_name]", display_name)
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.wide")
    await page.wait_for_url(f"{site.url}/")


#: Whether the tests are at a site as in production; it has no monitor.
IS_COLLECTED = os.environ.get("COLLECTED") == "1"

if IS_COLLECTED:

    @pytest.fixture(scope="session")
    def live_site(collected_site: Site) -> Site:
        """In place of the one in development."""
        return collected_site


def is_foreign(url: str, site: Site) -> bool:
    """Whether a page at the site asks somebody else."""
    return url.startswith(("http", "ws")) and not url.startswith((site.url, site.ws_url))


#: Of a name that is looked up for the list of who is online.
PROFILE = re.compile(r"/api/users/[0-9a-f-]{36}/?$")


def is_wrong(message: ConsoleMessage) -> bool:
    """An error; but for somebody of another test who was online when they removed their account."""
    gone = "404" in message.text and PROFILE.search(message.location.get("url", ""))
    return message.type == "error" and not gone


def said(message: ConsoleMessage) -> str:
    """What a page told its console, and about which address."""
    return f"{message.text} {message.location.get('url', '')}"


@pytest.fixture
async def person(chromium: Browser, live_site: Site) -> AsyncIterator[NewPerson]:
    """Signs somebody up in a browser context of their own: ``await person("Aiko")``.

    ``site=…`` takes them to another site than the one that all share.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    async def new(
        display_name: str, *, expect_errors: bool = False, site: Site = live_site, **options: Any
    ) -> Person:
        context = await chromium.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if not expect_errors:
            context.on("console", lambda m: is_wrong(m) and wrong.append(said(m)))
            context.on("weberror", lambda e: wrong.append(str(e.error)))
            # Nothing comes from another host, and nothing goes there.
            context.on("request", lambda r: is_foreign(r.url, site) and wrong.append(r.url))
        page = await context.new_page()
        name = f"{display_name.lower()}-{secrets.token_hex(3)}"
        await arrive(context, site, name, display_name)
        return Person(name, context, page, site)

    yield new
    for context in contexts:
        await context.close()
    assert wrong == []


@pytest.fixture
async def reader(chromium: Browser) -> AsyncIterator[NewReader]:
    """Signs somebody up at a site, behind a network of their own."""
    contexts: list[BrowserContext] = []
    networks: list[Network] = []

    async def new(site: Site, name: str, *, worker: bool = True) -> Reader:
        context = await chromium.new_context(locale="en-US")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if not worker:
            await context.add_init_script(WITHOUT_WORKER)
        network = Network(site)
        networks.append(network)
        await network.start()
        await arrive(context, network, f"{name.lower()}-{network.port}", name)
        return Reader(context, network)

    yield new
    for context in contexts:
        await context.close()
    for network in networks:
        assert network.server is not None
        network.server.close()
        network.cut("/")

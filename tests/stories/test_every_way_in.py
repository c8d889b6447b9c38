"""However a post is saved, it reaches every open page and every open socket."""

import re
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from tests.clients import PASSWORD, Api, Live
from tests.conftest import StartSite
from tests.servers import Site

Write = Callable[[str], Awaitable[None]]


async def log_in(page: Page, site: Site, api: Api, path: str = "/") -> None:
    await page.goto(f"{site.url}/login/?next={path}")
    await page.fill("[name=username]", api.user["username"])
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(f"{site.url}{path}")


async def arrival(live: Live, page: Page, write: Write, body: str) -> float:
    """Seconds from just before the write until socket and page both have it."""
    started = time.monotonic()
    await write(body)
    frame = await live.event("post:created")
    assert frame["payload"]["post"]["body"] == body
    await expect(page.locator(".pill:visible")).to_have_text(re.compile("1 new post$"))
    seconds = time.monotonic() - started
    await page.locator(".pill:visible").click()
    await expect(page.locator("post-card .text").first).to_have_text(body)
    return seconds


@pytest.fixture(params=["serve", "runserver"])
def site(request: pytest.FixtureRequest, start_site: StartSite) -> Site:
    """The site on both servers: uvicorn, and daphne by ``runserver``."""
    return start_site(server=request.param)


async def test_a_post_arrives_whether_by_rest_page_admin_or_another_process(
    site: Site, chromium: Browser
) -> None:
    reader, writer = await Api.register(site.url), await Api.register(site.url)
    site.shell(
        "from accounts.models import User;"
        f"User.objects.filter(pk='{writer.id}').update(is_staff=True, is_superuser=True)"
    )
    live = await Live.open(site.ws_url, reader.token)
    context, writing = await chromium.new_context(), await chromium.new_context()
    page, form, admin = await context.new_page(), await writing.new_page(), await writing.new_page()
    await log_in(page, site, reader)
    await page.locator("connection-badge[state=open]").first.wait_for(state="attached")
    await log_in(form, site, writer)
    await admin.goto(f"{site.url}/admin/posts/post/add/")

    async def by_rest(body: str) -> None:
        await writer.post("/api/posts", {"body": body})

    async def by_page(body: str) -> None:
        await form.fill("post-composer textarea", body)
        await form.press("post-composer textarea", "Control+Enter")

    async def by_admin(body: str) -> None:
        await admin.fill("[name=body]", body)
        await admin.click("[name=_save]")

    async def by_shell(body: str) -> None:
        site.shell(
            "from accounts.models import User; from posts.models import Post;"
            f"Post.objects.create(author=User.objects.get(pk='{writer.id}'), body='{body}')"
        )

    await admin.click(".field-author .select2-selection")
    await admin.fill(".select2-search__field", writer.user["username"])
    await admin.click(f".select2-results__option:has-text('{writer.user['username']}')")
    for write in (by_rest, by_page, by_admin, by_shell):
        assert await arrival(live, page, write, f"written {write.__name__}") < 10
    await live.close()
    await context.close()
    await writing.close()

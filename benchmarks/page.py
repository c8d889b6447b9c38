"""``python -m benchmarks.page``: how long a page's longest task is while 500 posts arrive at once.

In the system's Chromium, beside a real server process on the same machine. A task of the page is
what keeps it from answering a click; browsers report those of 50 ms or more.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.servers import Site
from tests.servers import chromium as chromium_path

POSTS = 500
PASSWORD = "a-benchmark-of-2026"
PATIENCE_MS = 60_000

WATCH = """() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.tasks.push(Math.round(duration));
    }).observe({ type: "longtask" });
}"""

FLOOD = f"""
from accounts.models import User
from posts.models import Post
from realtime.transactions import atomic
author = User.objects.create_user("downpour")
with atomic():
    for number in range({POSTS}):
        Post(author=author, body=f"Drop {{number}} #rain https://example.org/{{number}}").save()
"""


async def measure(site: Site, page: Page) -> None:
    """Print the long tasks of a feed: while the posts arrive, and when they are asked for."""
    await page.goto(f"{site.url}/signup/")
    for field, text in (("username", "bench"), ("password", PASSWORD)):
        await page.fill(f"[name={field}]", text)
    await page.click("button.wide")
    await page.locator("connection-badge[state=open]").first.wait_for(state="attached")
    await page.evaluate(WATCH)
    await asyncio.to_thread(site.shell, FLOOD)
    await page.locator(f".pill:has-text('{POSTS}')").wait_for(timeout=PATIENCE_MS)
    print(await _report(page, f"{POSTS} posts arrive"))
    await page.click(".pill")
    await page.locator("post-card").nth(29).wait_for()
    print(await _report(page, "the pill is used"))


async def _report(page: Page, what: str) -> str:
    # Long tasks are told after they have ended, when the page is idle.
    await page.evaluate(
        "new Promise((resolve) => requestIdleCallback(() => setTimeout(resolve, 200)))"
    )
    tasks: list[int] = await page.evaluate("window.tasks.splice(0)")
    longest = f"{max(tasks)} ms" if tasks else "under 50 ms"
    elements = await page.locator("*").count()
    return f"{what:>20}: longest task {longest}, {len(tasks)} of 50 ms or more, {elements} elements"


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        site = Site(Path(name), f"sqlite:///{name}/site.sqlite3")
        site.manage("migrate", "--verbosity", "0")
        site.start()
        path = chromium_path()
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=path, args=arguments)
                await measure(site, await browser.new_page(locale="en-US"))
                await browser.close()
        finally:
            site.stop()


if __name__ == "__main__":
    asyncio.run(main())

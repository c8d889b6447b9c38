"""``./run bench pages``: a hundred open pages, the server killed, and how they come back.

In the system's Chromium, beside one server process. While the server is down posts are written by
another process. A page is back when it is live and tells of all of them; none may be loaded anew.
Fails when a page is not back or not complete. Writes ``benchmarks/results/pages.json``.
"""

import argparse
import asyncio
import json
import math
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.compare import RESULTS, machine
from benchmarks.processes import cpu_seconds, family
from tests.browser.conftest import arrive
from tests.servers import Site
from tests.servers import chromium as chromium_path

#: Of each reader, who have a browser context and a shared socket of their own.
TABS = 4
POSTS = 20
DOWN_SECONDS = 5
PATIENCE_MS = 120_000

WRITE = """
from accounts.models import User
from posts.models import Post
author, _ = User.objects.get_or_create(username="writer")
for number in range({first}, {last} + 1):
    Post(author=author, body=f"Drop {{number}}").save()
"""

#: Notes when the page is live and its pill tells of so many posts.
WATCH = """(posts) => {
    window.__mark = true;
    let tell;
    window.__back = new Promise((resolve) => tell = resolve);
    const look = () => {
        const state = document.querySelector("connection-badge").getAttribute("state");
        const told = document.querySelector(".pill:not([hidden]) span")?.textContent ?? "";
        const isLive = state === "open" || state === "fallback";
        if (isLive && told.startsWith(`${posts} `)) tell(Date.now());
    };
    const what = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(look).observe(document.body, what);
}"""

SHOWN = """async () => {
    document.querySelector(".pill").click();
    const texts = [...document.querySelectorAll("post-card .text")].map((one) => one.textContent);
    return { isSame: window.__mark === true, texts };
}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench pages", description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    options = parser.parse_args()
    result = asyncio.run(_run(options.pages))
    print(json.dumps(result, indent=1))
    (RESULTS / "pages.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if result["complete"] == result["pages"] and not result["loadedAnew"] else 1


async def _run(pages: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    site = Site(folder, f"sqlite:///{folder}/site.sqlite3")
    site.manage("migrate", "--verbosity", "0")
    site.start()
    path = chromium_path()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=arguments)
            opened = await _open(browser, site, pages)
            print(f"{len(opened)} pages are open.", file=sys.stderr)
            result = await _restart(site, opened)
            await browser.close()
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return {"machine": machine(), "pages": pages, "sockets": -(-pages // TABS)} | result


async def _open(browser: Browser, site: Site, pages: int) -> list[Page]:
    """So many live feeds; every fourth is of somebody else."""
    opened: list[Page] = []
    while len(opened) < pages:
        # A hundred pages that nobody looks at would paint for nothing all the time.
        context = await browser.new_context(locale="en-US", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        await arrive(context, site, f"reader-{len(opened)}", "Reader")
        for _tab in range(min(TABS, pages - len(opened))):
            page = await context.new_page()
            await page.goto(f"{site.url}/", wait_until="commit")
            await page.locator("connection-badge[state=open]").first.wait_for(state="attached")
            await page.evaluate(WATCH, POSTS)
            opened.append(page)
    return opened


async def _restart(site: Site, pages: list[Page]) -> dict[str, Any]:
    """What happens between the kill and the last page that is complete."""
    site.kill()
    killed = time.time()
    await asyncio.to_thread(site.shell, WRITE.format(first=1, last=POSTS))
    await asyncio.sleep(max(0, DOWN_SECONDS - (time.time() - killed)))
    await asyncio.to_thread(site.start)
    ready = time.time()
    assert site.process is not None
    server = family(site.process.pid)
    spent = cpu_seconds(server)
    waits = [asyncio.create_task(page.evaluate("window.__back")) for page in pages]
    await asyncio.wait(waits, timeout=PATIENCE_MS / 1000)
    spent = cpu_seconds(server) - spent
    after = sorted(back.result() / 1000 - ready for back in waits if back.done())
    # The newest last: the site goes on for those who came back.
    await asyncio.to_thread(site.shell, WRITE.format(first=POSTS + 1, last=POSTS + 1))
    shown = [await _shown(page) for page in pages]
    wanted = [f"Drop {number}" for number in range(POSTS + 1, 0, -1)]
    return {
        "posts": POSTS,
        "downSeconds": round(ready - killed, 1),
        "back": len(after),
        "complete": sum(one["texts"] == wanted for one in shown),
        "loadedAnew": sum(not one["isSame"] for one in shown),
        "secondsUntilBack": {name: _nth(after, share) for name, share in SHARES.items()},
        "serverCpuSeconds": round(spent, 2),
    }


SHARES = {"half": 0.5, "99%": 0.99, "all": 1.0}


def _nth(times: list[float], share: float) -> float | None:
    """When so many were back, in seconds after the server was."""
    place = max(0, math.ceil(len(times) * share) - 1)
    return round(times[place], 2) if times else None


async def _shown(page: Page) -> Any:
    await page.locator(f".pill:has-text('{POSTS + 1} new posts')").wait_for(state="attached")
    return await page.evaluate(SHOWN)


if __name__ == "__main__":
    sys.exit(main())

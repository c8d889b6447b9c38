"""The picture of docs/react.md: a Django page and the Next.js example, both of one reader.

    ./run test --collect-only -q      # makes .venv, and installs what clients/react needs
    .venv/bin/python -m docs.react_picture

Runs a demo and the example of its own meanwhile.
"""

import asyncio
import base64
import os
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from docs.screenshots import DESK, DOCS, FRAME, LIFE_MS, WINDOW, Demo, Visitor
from realtime_site.demo.people import PASSWORD
from tests.react import Example, build_example
from tests.servers import chromium as chromium_path
from tests.servers import free_port


async def main() -> None:
    """Take it."""
    build_example()
    port = free_port()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as other:
        demo = Demo(Path(home))
        demo.env["SOCKET_CORS_ORIGIN"] = f"http://localhost:{port}"
        example = Example(Path(other), port, demo.url)
        try:
            demo.start()
            example.start()
            async with async_playwright() as playwright:
                arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
                chromium = await playwright.chromium.launch(
                    executable_path=chromium_path(), args=arguments
                )
                await beside(chromium, demo, example)
        finally:
            example.stop()
            demo.stop()


async def beside(chromium: Browser, demo: Demo, example: Example) -> None:
    """Aiko's two pages, while the demo's people go on."""
    aiko = await (await Visitor.at(chromium, demo, "en", "light", WINDOW)).log_in("aiko")
    ben = await (await Visitor.at(chromium, demo, "ja", "dark", WINDOW)).log_in("ben")
    right = await enter(await ben.context.new_page(), example)
    left = await aiko.open("/", LIFE_MS)
    await aiko.post("Fog over the bay again. Who brings the thermos?")
    await left.locator(".pill").click()
    await right.locator(".rt-pill").click()
    post = str(await left.locator("post-card").first.get_attribute("data-id"))
    await right.locator(f"#post-{post} .acts .quiet").click()
    await ben.comment(post, "I do, and bread.")
    thread = await aiko.open(f"/posts/{post}/")
    await right.bring_to_front()
    await thread.locator(".reply textarea").press_sequentially("Nine?", delay=40)
    await right.locator(".typing", has_text="…").wait_for()
    shots = await asyncio.gather(left.screenshot(), right.screenshot())
    windows = "".join(
        FRAME % (name, base64.b64encode(shot).decode())
        for name, shot in zip(("Django", "Next.js"), shots, strict=True)
    )
    desk = await chromium.new_page(viewport={"width": 1680, "height": 1010})
    await desk.set_content(DESK % windows)
    await desk.screenshot(path=DOCS / "images" / "react.png")


async def enter(page: Page, example: Example) -> Page:
    """The example's feed, as Ben."""
    await page.goto(example.url)
    await page.fill("[name=username]", "ben")
    await page.fill("[name=password]", PASSWORD)
    await page.click("form button")
    await page.locator(".badge[data-state=open]").wait_for()
    return page


if __name__ == "__main__":
    asyncio.run(main())

"""What browsers really receive in production: small scripts, and they still do what they did.

The scripts are those that ``collectstatic`` wrote, served by a site without DEBUG. With
``COLLECTED=1`` in the environment all other tests of this folder run on them too.
"""

import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewPerson
from tests.browser.network import NewReader, live, waits
from tests.servers import Site

MAX_BYTES = 15_360


def received(url: str) -> int:
    """The bytes of a file's body as a browser gets them, packed and to be kept for ever."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip", url
        assert "immutable" in answer.headers["Cache-Control"], url
        return len(answer.read())


def test_every_collected_script_is_one_that_a_browser_can_read(
    collected_site: Site, tmp_path: Path
):
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("Node is missing: apt-get install nodejs")
    root = Path(collected_site.env["STATIC_ROOT"])
    scripts = [
        path
        for app in ("notifications", "posts", "presence", "realtime")
        for path in sorted((root / app).glob("*.*.js"))
    ]
    assert len(scripts) > 40
    for script in scripts:
        module = tmp_path / f"{script.stem}.mjs"
        shutil.copy(script, module)
        done = subprocess.run([node, "--check", module], capture_output=True, text=True)
        assert done.returncode == 0, f"{script.name}: {done.stderr}"
        assert "/**" not in module.read_text(), f"{script.name} has its comments"


async def test_the_client_that_a_browser_receives_is_at_most_15_kilobytes(
    reader: NewReader, collected_site: Site
):
    ben = await reader(collected_site, "Ben")
    await ben.tab()
    asked = {path: n for path, n in ben.network.asked.items() if "/static/realtime/" in path}
    sizes = {path: received(collected_site.url + path) for path in asked}
    assert len(sizes) == 15
    assert sum(sizes.values()) <= MAX_BYTES, sizes
    # The worker takes its modules from where the page has them.
    assert set(asked.values()) == {1}


async def test_two_people_do_on_the_collected_site_what_they_do_on_any(
    person: NewPerson, collected_site: Site
):
    aiko, ben = (
        await person("Aiko", site=collected_site),
        await person("Ben", site=collected_site),
    )
    feed = await aiko.go("/")
    page = await ben.go("/")
    body = f"Read https://example.org/a?b=c (really), @{aiko.name} #tea"
    await page.fill("post-composer textarea", body)
    await page.press("post-composer textarea", "Control+Enter")
    await waits(feed, 1)
    await feed.click(".pill")
    text = feed.locator("post-card .text").first
    await expect(text).to_have_text(body)
    hrefs = [await link.get_attribute("href") for link in await text.locator("a").all()]
    assert hrefs == ["https://example.org/a?b=c", f"/@{aiko.name}/", "/tags/tea/"]
    await feed.locator("post-card .like").first.click()
    await expect(page.locator("post-card .like").first).to_have_text("1")
    await expect(feed.locator("[data-bell]").first).to_have_text("1")
    await page.locator("post-card [data-slot=thread]").first.click()
    await ben.live()
    await feed.locator("post-card [data-slot=thread]").first.click()
    await aiko.live()
    await feed.locator(".reply textarea").press_sequentially("Yes", delay=20)
    await expect(page.locator("typing-line")).to_have_text("Aiko is typing…")
    await feed.press(".reply textarea", "Control+Enter")
    await expect(page.locator(".comments li")).to_contain_text("Yes")
    await expect(page.locator("typing-line")).to_have_text("")
    await page.goto(f"{ben.site.url}/@{aiko.name}/")
    await ben.live()
    await page.locator("main .profile [data-follow] button").click()
    await expect(page.locator("main .profile [data-follow] button")).to_have_text("Following")
    await expect(page.locator("[data-online-word]").first).to_be_visible()


async def test_the_collected_client_comes_back_by_itself(
    person: NewPerson, reader: NewReader, collected_site: Site
):
    aiko = await person("Aiko", site=collected_site)
    ben = await reader(collected_site, "Ben")
    tab = await ben.tab()
    ben.network.cut("/ws/")
    await aiko.post("While it was cut")
    await waits(tab, 1)
    await live(tab)
    assert ben.network.asked["/ws/"] == 2

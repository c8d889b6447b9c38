"""Pictures of every page, in both languages and themes, on a desktop and a phone.

    ./run test --collect-only -q      # makes .venv, with Playwright
    .venv/bin/python -m docs.screenshots

Runs a demo of its own meanwhile, and writes ``docs/images/screens/``, ``docs/screenshots.md`` and
the README's first picture. What residents do is left to chance, as in every demo. For Japanese
letters and emoji the machine needs fonts: on Debian ``fonts-noto-cjk fonts-noto-color-emoji``.
"""

import asyncio
import base64
import os
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from realtime_site.demo.people import PASSWORD
from tests.servers import Site
from tests.servers import chromium as chromium_path

DOCS = Path(__file__).parent
SCREENS = DOCS / "images" / "screens"
LANGUAGES = {"en": "en-US", "ja": "ja-JP"}
THEMES = ("light", "dark")
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 1.5,
        "has_touch": True,
        "is_mobile": True,
    },
}
#: Title and path of what strangers see, what Aiko sees, and what staff sees.
OUTSIDE = {"login": ("Log in", "/login/"), "signup": ("Sign up", "/signup/")}
INSIDE = {
    "feed": ("Everyone", "/"),
    "home": ("Following", "/?feed=home"),
    "post": ("A post with its thread", "/posts/{talk}/"),
    "edit": ("Edit a post", "/posts/{own}/edit/"),
    "profile": ("A person", "/@hana/"),
    "me": ("My page", "/@aiko/"),
    "tag": ("A hashtag", "/tags/books/"),
    "notifications": ("Notifications", "/notifications/"),
    "settings": ("Settings", "/settings/"),
    "monitor": ("The monitor, under `DEBUG`", "/?feed=home#monitor"),
}
STAFF = {
    "admin": ("The admin", "/admin/posts/post/"),
    "live": ("The live page", "/admin/live/"),
    "docs": ("The API", "/api/docs"),
}
#: Milliseconds: for what arrives to have settled, and for something to happen in the feed.
SETTLE_MS, LIFE_MS = 800, 8_000


class Demo(Site):
    """``manage.py demo`` on a database of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, f"sqlite:///{folder / 'demo.sqlite3'}")
        self.command = [sys.executable, "manage.py", "demo", "--port", str(self.port)]


class Visitor:
    """Somebody at a browser that is set to a language, a theme and a size."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url

    @classmethod
    async def at(
        cls, chromium: Browser, demo: Site, language: str, theme: str, size: dict[str, Any]
    ) -> "Visitor":
        look: Any = {"locale": LANGUAGES[language], "color_scheme": theme, **size}
        return cls(await chromium.new_context(**look), demo.url)

    async def _write(self, path: str, **form: str) -> None:
        await self.context.request.get(f"{self.url}/login/")
        cookies = {one["name"]: one["value"] for one in await self.context.cookies()}
        form["csrfmiddlewaretoken"] = cookies["csrftoken"]
        answer = await self.context.request.post(f"{self.url}{path}", form=form, max_redirects=0)
        assert answer.status == 302, await answer.text()

    async def log_in(self, name: str) -> "Visitor":
        await self._write("/login/", username=name, password=PASSWORD)
        return self

    async def post(self, body: str) -> None:
        await self._write("/posts/", body=body)

    async def comment(self, post: str, body: str) -> None:
        await self._write(f"/posts/{post}/comments/", body=body)

    async def like(self, post: str) -> None:
        await self._write(f"/posts/{post}/like/", like="1")

    async def list(self, path: str) -> list[dict[str, Any]]:
        answer = await self.context.request.get(f"{self.url}/api{path}")
        found: list[dict[str, Any]] = (await answer.json())["results"]
        return found

    async def open(self, path: str, wait_ms: int = SETTLE_MS) -> Page:
        page = await self.context.new_page()
        await page.goto(self.url + path)
        if await page.locator("connection-badge").count():
            await page.locator("connection-badge[state=open]").first.wait_for(state="attached")
        if path.endswith("#monitor"):
            await page.click(".monitor-open")
        await page.wait_for_timeout(wait_ms)
        return page


async def main() -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as home:
        demo = Demo(Path(home))
        demo.start()
        try:
            async with async_playwright() as playwright:
                path = chromium_path()
                # Chromium's own sandbox needs a user that is not root.
                arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
                chromium = await playwright.chromium.launch(executable_path=path, args=arguments)
                await take_all(chromium, demo)
        finally:
            demo.stop()
    (DOCS / "screenshots.md").write_text(gallery())


async def take_all(chromium: Browser, demo: Site) -> None:
    """The two windows first, then every page in every way."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    places = await stir(chromium, demo)
    await side_by_side(chromium, demo, places["talk"])
    ben = await (await Visitor.at(chromium, demo, "en", "light", SIZES["desktop"])).log_in("ben")
    await ben.open("/")  # he is online meanwhile
    for language, theme in product(LANGUAGES, THEMES):
        sizes = (take(chromium, demo, places, language, theme, size) for size in SIZES)
        await asyncio.gather(*sizes)
    await ben.context.close()


async def take(
    chromium: Browser, demo: Site, places: dict[str, str], language: str, theme: str, size: str
) -> None:
    """Every page in one way."""
    for who, pages in ((None, OUTSIDE), ("aiko", INSIDE), ("admin", STAFF)):
        visitor = await Visitor.at(chromium, demo, language, theme, SIZES[size])
        if who:
            await visitor.log_in(who)
        for name, (_, path) in pages.items():
            wait_ms = LIFE_MS if name in {"feed", "monitor", "live"} else SETTLE_MS
            page = await visitor.open(path.format(**places), wait_ms)
            (SCREENS / f"{name}-{language}-{theme}-{size}.webp").write_bytes(await webp(page))
            await page.close()
        await visitor.context.close()


async def stir(chromium: Browser, demo: Site) -> dict[str, str]:
    """Lets the visitors do what fills the pages; a post with a thread, and one of Aiko's."""
    aiko = await (await Visitor.at(chromium, demo, "en", "light", {})).log_in("aiko")
    ben = await (await Visitor.at(chromium, demo, "en", "light", {})).log_in("ben")
    posts = await aiko.list("/posts?limit=40")
    for one in posts[1:12:3]:
        await aiko.like(one["id"])
    talk = next(one["id"] for one in posts if one["author"]["username"] == "chiyo")
    own = next(one["id"] for one in posts if one["author"]["username"] == "aiko")
    for visitor, body in (
        (ben, "Which paper is it? Mine always buckles."),
        (aiko, "The blue of the water is exactly right. Is that the east pier?"),
        (ben, "@aiko It is, I know that crane. See you there on Sunday?"),
    ):
        await visitor.comment(talk, body)
    for visitor in (aiko, ben):
        await visitor.context.close()
    return {"talk": talk, "own": own}


async def webp(page: Page) -> bytes:
    """The page as it stands, in the format that is small for such pictures."""
    session = await page.context.new_cdp_session(page)
    shot = await session.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    return base64.b64decode(shot["data"])


# -- the README's picture --------------------------------------------------------------------

WINDOW: dict[str, Any] = {
    "viewport": {"width": 940, "height": 1080},
    "device_scale_factor": 1.25,
}
DESK = """<!doctype html><style>
  body { margin: 0; width: 1680px; height: 1010px; display: flex; align-items: center;
    justify-content: center; gap: 40px;
    background: linear-gradient(150deg, #24387c 0%%, #3c5fb8 45%%, #8fb0e6 100%%); }
  figure { margin: 0; width: 780px; border-radius: 14px; overflow: hidden;
    box-shadow: 0 30px 70px #0a123366, 0 4px 14px #0a123344; }
  figcaption { height: 36px; display: flex; align-items: center; gap: 8px; padding: 0 14px;
    font: 600 14px/1 "Noto Sans", sans-serif; }
  figcaption i { width: 12px; height: 12px; border-radius: 50%%; background: currentColor;
    opacity: .28; }
  figcaption span { margin: 0 auto; padding-right: 52px; opacity: .8; }
  figure:first-child figcaption { background: #e9e5da; color: #1a1d2b; }
  figure:last-child figcaption { background: #1f2330; color: #ecebf2; }
  img { display: block; width: 780px; }
</style>%s"""
FRAME = """<figure><figcaption><i></i><i></i><i></i><span>%s</span></figcaption>
<img src="data:image/png;base64,%s"></figure>"""


async def side_by_side(chromium: Browser, demo: Site, talk: str) -> None:
    """Aiko's feed beside Ben's thread, while both are at it."""
    aiko = await (await Visitor.at(chromium, demo, "en", "light", WINDOW)).log_in("aiko")
    ben = await (await Visitor.at(chromium, demo, "ja", "dark", WINDOW)).log_in("ben")
    left = await aiko.open("/", LIFE_MS)
    right = await ben.open(f"/posts/{talk}/")
    await ben.post("@aiko Fog over the bay again. Bring the thermos, I bring the bread. #harbour")
    elsewhere = await aiko.open(f"/posts/{talk}/", 0)
    await left.bring_to_front()
    await left.locator(".toast.high").wait_for()
    await elsewhere.locator(".reply textarea").press_sequentially("Yes! Nine", delay=40)
    await right.locator("typing-line b").wait_for()
    windows = ""
    for name, page in (("Aiko", left), ("Ben", right)):
        await page.bring_to_front()
        await page.wait_for_timeout(SETTLE_MS)
        windows += FRAME % (name, base64.b64encode(await page.screenshot()).decode())
    desk = await chromium.new_page(viewport={"width": 1680, "height": 1010})
    await desk.set_content(DESK % windows)
    await desk.screenshot(path=DOCS / "images" / "feed.png")
    for context in (aiko.context, ben.context, desk.context):
        await context.close()


# -- the gallery -----------------------------------------------------------------------------


def gallery() -> str:
    """The page that shows them all."""
    parts = [
        "# Screenshots",
        "Every page in English and Japanese, light and dark, on a desktop and a phone, taken from"
        " the demo by `docs/screenshots.py`.",
    ]
    for name, (title, _) in (INSIDE | OUTSIDE | STAFF).items():
        parts += [f"## {title}", _row(name, "desktop", 400), _row(name, "phone", 200)]
    return "\n\n".join(parts) + "\n"


def _row(name: str, size: str, width: int) -> str:
    return "\n".join(
        f'<img src="images/screens/{name}-{language}-{theme}-{size}.webp" width="{width}"'
        f' alt="{name}, {language}, {theme}, {size}">'
        for language, theme in product(LANGUAGES, THEMES)
    )


if __name__ == "__main__":
    asyncio.run(main())

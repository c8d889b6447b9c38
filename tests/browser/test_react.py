"""The React example and the Django page beside each other, under all that happens to a network.

Both are one reader's. The example is of another origin, so it has a token where the page has a
cookie; what they show is compared with each other and with what the server says by REST.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import PASSWORD, NewPerson, Person, arrive
from tests.browser.network import LONG, Network, live, until
from tests.conftest import _sites
from tests.react import Example, build_example
from tests.servers import Missing, free_port

#: Id, likes, whether they are one's own, comments; newest first.
Shown = list[tuple[str, str, bool, str]]
DJANGO = """() => [...document.querySelectorAll("post-card")].map((card) => [
    card.dataset.id,
    card.querySelector("[data-slot=likes]").textContent.trim(),
    card.querySelector(".like").getAttribute("aria-pressed") === "true",
    card.querySelector("[data-slot=comments]").textContent.trim(),
])"""
REACT = """() => [...document.querySelectorAll("article")].map((card) => [
    card.id.replace("post-", ""),
    card.querySelector(".rt-like span").textContent,
    card.querySelector(".rt-like").getAttribute("aria-pressed") === "true",
    card.querySelector(".acts .quiet").textContent.match(/\\d+/)[0],
])"""


@dataclass
class Beside:
    """Ben's two pages behind one network, and Aiko, who is elsewhere."""

    aiko: Person
    #: Ben's.
    username: str
    network: Network
    django: Page
    react: Page

    def pills(self) -> tuple[Locator, Locator]:
        return self.django.locator(".pill:visible"), self.react.locator(".rt-pill")

    async def asked(self) -> Shown:
        """What the server says to Ben."""
        answer = await self.django.context.request.get(f"{self.network.site.url}/api/posts")
        assert answer.ok
        posts = (await answer.json())["results"]
        return [(p["id"], str(p["likeCount"]), p["isLiked"], str(p["commentCount"])) for p in posts]

    async def are_equal(self) -> None:
        """Both pages show what the server says, each pill used as it comes."""
        told: list[Any] = []
        try:
            async with asyncio.timeout(LONG):
                while True:
                    for pill in self.pills():
                        if await pill.is_visible():
                            await pill.click()
                    pages = [await self.django.evaluate(DJANGO), await self.react.evaluate(REACT)]
                    told = [*pages, [list(post) for post in await self.asked()]]
                    if told[0] == told[1] == told[2]:
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError("they differ: {}\n{}\n{}".format(*told)) from None


@pytest.fixture(scope="module")
async def stage(
    server_folder: Callable[[str], Path], migrated_sqlite: Path
) -> AsyncIterator[tuple[Network, Example]]:
    """A site behind a network, and the example, which knows it by that."""
    port = free_port()
    try:
        build_example()
    except Missing as missing:
        pytest.skip(str(missing))
    for start in _sites(server_folder, migrated_sqlite):
        network = Network(start(SOCKET_CORS_ORIGIN=f"http://localhost:{port}"))
        await network.start()
        example = Example(server_folder("example"), port, network.url)
        try:
            example.start()
            yield network, example
        finally:
            example.stop()
            network.server.close()


@pytest.fixture
async def beside(
    stage: tuple[Network, Example], chromium: Browser, person: NewPerson
) -> AsyncIterator[Beside]:
    network, example = stage
    context = await chromium.new_context(locale="en-US")
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    try:
        aiko = await person("Aiko", site=network.site)
        await aiko.post("The first one")
        name = f"ben-{secrets.token_hex(3)}"
        await arrive(context, network, name, "Ben")
        django, react = await context.new_page(), await context.new_page()
        await asyncio.gather(django.goto(f"{network.url}/"), enter(react, example.url, name))
        await live(django)
        await live_too(react)
        yield Beside(aiko, name, network, django, react)
    finally:
        await context.close()
        network.cut("/")
    assert wrong == []


async def enter(react: Page, url: str, name: str) -> None:
    await react.goto(url)
    await react.fill("[name=username]", name)
    await react.fill("[name=password]", PASSWORD)
    await react.click("form button")


async def live_too(react: Page, state: str = "open") -> None:
    badge = react.locator(f".badge[data-state={state}]")
    await badge.wait_for(timeout=LONG * 1000)


async def test_both_pages_show_the_same_through_every_fault(beside: Beside):
    aiko, django, react = beside.aiko, beside.django, beside.react
    network, site = beside.network, beside.network.site
    await beside.are_equal()
    # Live, each way.
    await react.fill(".composer textarea", "Written in React")
    await react.click(".composer button")
    await beside.are_equal()
    for number in (1, 2):
        await aiko.post(f"Behind the pill {number}")
    for pill in beside.pills():
        await expect(pill).to_have_text("2 new posts")
    await beside.are_equal()
    await django.locator("post-card .like").first.click()
    await react.locator(".rt-like").nth(1).click()
    await beside.are_equal()
    # The sockets are cut, and at once something happens.
    network.cut("/ws/")
    post = await aiko.post("While the sockets were cut")
    await aiko.api("POST", f"/api/posts/{post}/comments", {"body": "And under it"})
    await beside.are_equal()
    # Without a network for a while; what is pressed meanwhile shows at once, and counts once.
    network.is_frozen = True
    await django.context.set_offline(True)
    pressed = react.locator(".rt-like").first
    await pressed.click()
    await expect(pressed).to_have_text("1")
    await aiko.api("POST", f"/api/posts/{post}/like")
    await aiko.post("While they were offline")
    # What was on its way is lost, and so are the connections it was on.
    network.cut("/")
    network.is_frozen = False
    await django.context.set_offline(False)
    await beside.are_equal()
    assert (await aiko.api("GET", f"/api/posts/{post}"))["likeCount"] == 2
    # The server is killed, and starts again.
    await asyncio.to_thread(site.kill)
    first = react.locator(".rt-like").first
    await first.click()
    await expect(first).to_have_attribute("aria-pressed", "true")
    await asyncio.to_thread(site.start)
    await aiko.post("After the server came back")
    await beside.are_equal()
    # By polls alone, from another origin too.
    await react.get_by_text("Polling only").click()
    await live_too(react, "fallback")
    await aiko.post("By a poll")
    await beside.are_equal()


async def test_those_who_write_a_comment_are_seen_on_the_other_side(beside: Beside):
    aiko, react = beside.aiko, beside.react
    post = (await beside.asked())[0][0]
    page = await aiko.go(f"/posts/{post}/")
    card = react.locator(f"#post-{post}")
    await card.get_by_text("0 comments").click()
    comment = react.get_by_placeholder("Write a comment")
    await comment.fill("I am")
    await expect(page.locator("typing-line")).to_contain_text("Ben")
    await page.get_by_placeholder("Write a comment").fill("So am I")
    await expect(card.locator(".typing")).to_have_text("Aiko is writing…")
    await expect(react.locator(".online li[title=Aiko]").first).to_be_visible()
    await comment.fill("I am here")
    await react.get_by_text("Send", exact=True).click()
    await expect(card.locator(".comment")).to_have_text("Ben I am here")
    await expect(page.locator("comment-thread")).to_contain_text("I am here")
    await expect(card.get_by_text("1 comment")).to_be_visible()


async def test_two_tabs_of_the_example_share_one_socket(beside: Beside):
    network, react = beside.network, beside.react
    tab = await react.context.new_page()
    await enter(tab, react.url, beside.username)
    await live_too(tab)
    await until(lambda: network.count("/ws/") == 2, "one of Django's page, one of the two tabs")
    await beside.aiko.post("To all tabs")
    for page in (react, tab):
        await expect(page.locator(".rt-pill")).to_have_text("1 new post")


async def test_a_reload_goes_on_with_the_same_login_and_logging_out_ends_it(beside: Beside):
    react = beside.react
    await react.reload()
    await live_too(react)
    await beside.aiko.post("After a reload")
    await expect(react.locator(".rt-pill")).to_have_text("1 new post")
    await react.get_by_text("Log out").click()
    await react.locator("[name=password]").wait_for()
    await react.reload()
    await react.locator("[name=password]").wait_for()

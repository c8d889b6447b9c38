"""The monitor drawer: what the connection does, and what happens when it is disturbed."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.api import person as somebody
from tests.browser.conftest import IS_COLLECTED, NewPerson

pytestmark = pytest.mark.skipif(IS_COLLECTED, reason="a site in production has no monitor")


def told(page: Page, what: str):
    return page.locator(f".monitor [data-tell={what}]")


async def test_the_monitor_tells_of_frames_as_they_come(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    await page.get_by_role("button", name="Monitor").click()
    await expect(page.get_by_role("button", name="Close")).to_be_focused()
    await expect(told(page, "state")).to_have_text("open")
    await ben.post("Seen in the monitor <b>")
    frame = page.locator(".frames li", has_text="post:created").first
    await frame.locator("summary").click()
    await expect(frame.locator("pre")).to_contain_text("Seen in the monitor <b>")
    await expect(told(page, "rate")).not_to_have_text("0.0")
    for number in range(25):
        await ben.post(f"And {number}")
    await expect(page.locator(".frames li").first).to_contain_text("post:created")
    await expect(page.locator(".frames li")).to_have_count(20)


async def test_the_monitor_stays_open_over_pages_and_closes_by_a_key(person: NewPerson):
    aiko = await person("Aiko", locale="ja-JP")
    page = await aiko.go("/")
    await page.get_by_role("button", name="モニター").click()
    await page.goto(f"{aiko.site.url}/settings/")
    await expect(page.get_by_role("heading", name="接続モニター")).to_be_visible()
    await expect(page.locator(".monitor").get_by_role("button")).to_have_text(
        ["", "ソケットを切断", "ポーリングに切り替え"]
    )
    await page.locator(".monitor").get_by_role("button", name="閉じる").focus()
    await page.keyboard.press("Escape")
    await expect(page.locator(".monitor")).to_be_hidden()
    await expect(page.get_by_role("button", name="モニター")).to_be_focused()
    await page.reload()
    await expect(page.locator(".monitor")).to_be_hidden()


async def test_a_socket_that_is_cut_comes_back_by_itself_and_misses_nothing(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    await page.get_by_role("button", name="Monitor").click()
    await expect(told(page, "transport")).to_have_text("websocket")
    await expect(told(page, "latency")).to_have_text(re.compile(r"^\d+ ms$"))
    await page.get_by_role("button", name="Cut the socket").click()
    await expect(told(page, "state")).not_to_have_text("open")
    await ben.post("While it was cut")
    await expect(told(page, "state")).to_have_text("open", timeout=15_000)
    await expect(page.locator(".pill:visible")).to_have_text("1 new post")


async def test_polling_that_is_forced_brings_what_happens_until_it_is_given_up(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    await page.get_by_role("button", name="Monitor").click()
    force = page.get_by_role("button", name="Force polling")
    await force.click()
    await expect(force).to_have_attribute("aria-pressed", "true")
    await expect(told(page, "transport")).to_have_text("polling", timeout=15_000)
    await expect(told(page, "state")).to_have_text("fallback")
    await ben.post("By a poll")
    await expect(page.locator(".pill:visible")).to_have_text("1 new post", timeout=15_000)
    await force.click()
    await expect(told(page, "transport")).to_have_text("websocket", timeout=15_000)
    await expect(told(page, "state")).to_have_text("open")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_debugged", [True, False])
def test_the_monitor_is_there_under_debug_alone(is_debugged: bool, settings, client):
    settings.DEBUG = is_debugged
    client.force_login(somebody("aiko"))
    page = client.get("/").content.decode()
    assert ("<monitor-drawer>" in page) == is_debugged
    assert ("monitor-drawer.js" in page) == is_debugged

"""Pages for everybody: by axe-core's rules in both themes, by keyboard, with little motion."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.conftest import NewPerson, Person
from tests.servers import Site


async def with_everything(aiko: Person, ben: Person) -> list[str]:
    """Lets Ben do what fills Aiko's pages; their paths."""
    post = await aiko.post("Read this #aloud, https://example.org")
    await ben.api("POST", f"/api/posts/{post}/comments", {"body": "I do"})
    await ben.api("POST", f"/api/posts/{post}/like")
    await ben.post("Only among us", visibility="followers")
    return [
        "/",
        "/?feed=home",
        f"/posts/{post}/",
        f"/posts/{post}/edit/",
        f"/@{ben.name}/",
        f"/@{aiko.name}/",
        "/tags/aloud/",
        "/notifications/",
        "/settings/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_keeps_anybody_out(person: NewPerson, theme: str):
    look = {"color_scheme": theme, "reduced_motion": "reduce"}
    aiko, ben = await person("Aiko", **look), await person("Ben")
    found = []
    for path in await with_everything(aiko, ben):
        found += await barriers(await aiko.go(path))
    for path in ("/api/docs", "/api/docs/events"):
        await aiko.page.goto(f"{aiko.site.url}{path}")
        found += await barriers(aiko.page)
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_opens_and_arrives_keeps_nobody_out(person: NewPerson, theme: str):
    look = {"color_scheme": theme, "reduced_motion": "reduce"}
    aiko, ben = await person("Aiko", **look), await person("Ben")
    await with_everything(aiko, ben)
    await ben.go("/")
    page = await aiko.go("/")
    await ben.post(f"For @{aiko.name}")
    await expect(page.locator(".toast.high")).to_be_visible()
    await expect(page.locator(".pill:visible")).to_be_visible()
    await page.locator("post-card .menu summary").first.click()
    found = await barriers(page)
    await page.get_by_role("button", name="Monitor").click()
    await page.locator(".frames summary").first.click()
    assert found + await barriers(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_way_in_keeps_nobody_out(chromium: Browser, live_site: Site, theme: str):
    context = await chromium.new_context(color_scheme=theme, reduced_motion="reduce")
    page = await context.new_page()
    found: list[str] = []
    page.on("console", lambda message: message.type == "error" and found.append(message.text))
    for path in ("/login/", "/signup/"):
        await page.goto(live_site.url + path)
        found += await barriers(page)
    await context.close()
    assert found == []


async def test_on_a_phone_nothing_keeps_anybody_out(person: NewPerson):
    phone = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    aiko, ben = await person("Aiko", **phone), await person("Ben")
    found = []
    home, *_, notifications, _ = await with_everything(aiko, ben)
    for path in (home, notifications):
        found += await barriers(await aiko.go(path))
    assert found == []


async def test_a_menu_is_opened_and_closed_by_keys_and_the_focus_is_seen(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("By keys alone")
    page = await aiko.go("/")
    summary = page.locator(f"#post-{post} .menu summary")
    await summary.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator(f"#post-{post} [data-slot=edit]")).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(outline) == "solid"
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#post-{post} .sheet:visible")).to_have_count(0)
    await expect(summary).to_be_focused()


async def test_the_skip_link_leads_past_the_menu(person: NewPerson):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("main :focus")).to_have_count(1)


async def test_who_wants_little_motion_gets_none(person: NewPerson):
    aiko, ben = await person("Aiko", reduced_motion="reduce"), await person("Ben")
    page = await aiko.go("/")
    await ben.post("Quietly")
    await page.locator(".pill:visible").click()
    await expect(page.locator("post-card.fresh")).to_have_count(1)
    moving = "document.getAnimations().filter(({ playState }) => playState === 'running').length"
    # At most what is over within a frame or two.
    await page.wait_for_timeout(100)
    assert await page.evaluate(moving) == 0


async def test_who_listens_hears_how_often_a_post_is_liked_when_they_press_and_only_then(
    person: NewPerson,
):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await ben.post("Listen")
    page = await aiko.go("/")
    button, said = page.locator(f"#post-{post} .like"), page.locator(".said-last[role=status]")
    await ben.api("POST", f"/api/posts/{post}/like")
    await expect(button).to_have_text("1")
    await expect(button).to_have_accessible_description("1")
    await button.click()
    await button.click()
    await button.click()
    await expect(said).to_have_text("2 likes")
    # What others do is not read out, however long it is ago.
    await page.clock.install()
    await ben.api("DELETE", f"/api/posts/{post}/like")
    await expect(button).to_have_accessible_description("1")
    await page.clock.run_for(60_000)
    await expect(said).to_have_text("2 likes")

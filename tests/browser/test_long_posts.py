"""Posts too long for a card: cut in the feed with a way to the rest, whole on their own page."""

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NewPerson

LONG = "\n".join(f"Line {number}" for number in range(1, 41))


async def hidden_pixels(text: Locator) -> int:
    return int(await text.evaluate("text => text.scrollHeight - text.clientHeight"))


async def opens(page: Page, post: str) -> None:
    """The link says that there is more, shows it in its place, and the keyboard goes on there."""
    card = page.locator(f"#post-{post}")
    await expect(card.locator(".more")).to_be_visible()
    assert await hidden_pixels(card.locator(".text")) > 200
    await card.locator(".more").focus()
    await page.keyboard.press("Enter")
    await expect(card.locator(".more")).to_be_hidden()
    assert await hidden_pixels(card.locator(".text")) <= 2
    await expect(card.locator(".text")).to_be_focused()


async def test_a_long_post_is_cut_and_opened_where_it_stands(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    short, long = await ben.post("Short"), await ben.post(LONG)
    await page.click(".pill:visible")
    await expect(page.locator(f"#post-{short} .more")).to_be_hidden()
    await opens(page, long)  # as the client made it
    await page.reload()
    await aiko.live()
    await expect(page.locator(f"#post-{short} .more")).to_be_hidden()
    await opens(page, long)  # as the page brought it
    await aiko.go(f"/posts/{long}/")
    assert await hidden_pixels(page.locator(".whole .text")) <= 2


async def test_what_is_long_on_a_phone_alone_is_cut_there_alone(person: NewPerson):
    body = "So many words that they fill a card on a phone and no card on a desk. " * 14
    aiko, ben = await person("Aiko", viewport={"width": 360, "height": 740}), await person("Ben")
    post = await ben.post(body)
    phone, desk = await aiko.go("/"), await ben.go("/")
    await expect(desk.locator(f"#post-{post} .more")).to_be_hidden()
    await opens(phone, post)


async def test_without_javascript_the_link_leads_to_the_whole_post(person: NewPerson):
    aiko = await person("Aiko", java_script_enabled=False, locale="ja-JP")
    post = await aiko.post(LONG)
    await aiko.page.goto(f"{aiko.site.url}/")
    more = aiko.page.locator(f"#post-{post} .more")
    await expect(more).to_have_text("続きを読む")
    await more.click()
    await expect(aiko.page).to_have_url(f"{aiko.site.url}/posts/{post}/")
    assert await hidden_pixels(aiko.page.locator(".whole .text")) <= 2

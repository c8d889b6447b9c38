"""What people write to do harm, or without meaning to: shown as text, in its own place."""

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPerson

BODIES = {
    "script": "<script>document.body.id = 'x'</script><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }} ${7*7} </template><svg onload=alert(1)> &lt;b&gt;",
    "javascript": "javascript:alert(1) JAVASCRIPT://x data:text/html,<script>1</script> vbscript:x",
    "right-to-left": "user\u202egnp.exe \u2066\u2067abc\u2069 שלום עולם مرحبا \u200fend",
    "zero-width": "in\u200bvis\u200bible\ufeff " + "\u200b" * 500 + "x",
    "emoji": "👩‍👩‍👧‍👦" * 700 + "🔥" * 100,
    "stacked": "Z" + "\u0300\u0316" * 1_500 + "algo",
    "long": "a" * 2_000 + " " + "長" * 1_500 + " https://example.org/" + "b" * 1_000,
    "lines": "one\n" * 1_200 + "end",
}
PHONE = {"viewport": {"width": 360, "height": 740}}


async def is_harmless(page: Page, post: str) -> None:
    """The post is text in its card, and the page is as wide as the phone."""
    text = page.locator(f"#post-{post} .text")
    await expect(text).to_be_visible()
    tags = await text.locator("*").evaluate_all("all => all.map(({ tagName }) => tagName)")
    assert set(tags) <= {"A"}
    for link in await text.locator("a").all():
        address = await link.get_attribute("href") or ""
        assert address.startswith(("https://", "http://", "/tags/", "/@"))
        if not address.startswith("/"):
            assert await link.get_attribute("rel") == "nofollow noopener noreferrer"
    assert await page.evaluate("document.body.id") == ""
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await text.evaluate("text => text.scrollWidth - text.clientWidth") <= 1
    # What stands under the text can still be reached, and nothing is drawn over the next card.
    card = await page.locator(f"#post-{post}").bounding_box()
    acts = await page.locator(f"#post-{post} .acts").bounding_box()
    assert card and acts
    assert acts["y"] + acts["height"] <= card["y"] + card["height"]
    hit = """([id, selector]) => {
        const button = document.querySelector(`#post-${id} ${selector}`);
        button.scrollIntoView({ block: "center" });
        const { x, y, width, height } = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }"""
    for selector in (".like", ".menu summary", ".name"):
        assert await page.evaluate(hit, [post, selector]), selector


async def test_a_hostile_body_is_text_and_breaks_no_layout(person: NewPerson):
    aiko, ben = await person("Aiko", **PHONE), await person("Ben")
    page = await aiko.go("/")
    posts = {kind: await ben.post(body) for kind, body in BODIES.items()}
    await page.locator(".pill:visible", has_text=str(len(posts))).click()
    shown = {}
    for post in posts.values():  # as the client made them
        shown[post] = await page.locator(f"#post-{post} .text").text_content()
        await is_harmless(page, post)
        card = await page.locator(f"#post-{post}").bounding_box()
        assert card and card["height"] < 740, "it fills the feed"
    for kind, post in posts.items():  # as the page made them
        await page.goto(f"{aiko.site.url}/posts/{post}/")
        await is_harmless(page, post)
        assert await page.locator(f"#post-{post} .text").text_content() == shown[post], kind


async def test_a_name_in_the_other_direction_stays_in_its_place(person: NewPerson):
    aiko, ben = await person("Aiko", **PHONE), await person("Ben")
    name = "‮evil ‏שם <b>" + "🔥" * 20
    await ben.api("PATCH", "/api/users/me", {"displayName": name})
    post = await ben.post("Who is this?")
    page = await aiko.go("/")
    await expect(page.locator(f"#post-{post} .name")).to_have_text(name)
    await expect(page.locator(f"#post-{post} .handle")).to_have_text(f"@{ben.name}")
    await is_harmless(page, post)
    # The time stands at the right of the name, whatever the name says of directions.
    by = await page.locator(f"#post-{post} .name").bounding_box()
    when = await page.locator(f"#post-{post} .when").bounding_box()
    assert by and when and when["x"] > by["x"]

"""Who is online and who is typing, as a page shows it."""

from playwright.async_api import expect

from tests.browser.conftest import NewPerson


async def test_a_dot_and_the_list_follow_who_comes_and_goes(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await ben.post("I come and go")
    page = await aiko.go("/")
    face = page.locator(f"#post-{post} .face")
    await expect(face).not_to_have_attribute("data-online", "")
    await ben.go("/")
    await expect(face).to_have_attribute("data-online", "")
    here = page.locator(f"online-list a[href='/@{ben.name}/']")
    await expect(here).to_be_visible()
    await ben.page.close()
    # Five seconds of grace, so that a reload makes no flicker.
    await expect(face).not_to_have_attribute("data-online", "", timeout=10_000)
    await expect(here).to_have_count(0)


async def test_who_does_not_want_to_be_seen_has_no_dot(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    await ben.go("/")
    page = await aiko.go(f"/@{ben.name}/")
    await expect(page.locator("[data-online-word]")).to_be_visible()
    await ben.page.goto(f"{ben.site.url}/settings/")
    await ben.page.uncheck("[name=show_presence]")
    await ben.page.get_by_role("button", name="Save").click()
    await expect(page.locator("[data-online-word]")).to_be_hidden()


async def test_somebody_who_types_is_named_until_they_have_written(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Write to me")
    here, there = await aiko.go(f"/posts/{post}/"), await ben.go(f"/posts/{post}/")
    await there.locator(".reply textarea").press_sequentially("Dear Aiko")
    await expect(here.locator("typing-line")).to_have_text("Ben is typing…")
    await expect(there.locator("typing-line")).to_have_text("")
    await there.press(".reply textarea", "Control+Enter")
    await expect(here.locator(".comment .text")).to_have_text(["Dear Aiko"])
    await expect(here.locator("typing-line")).to_have_text("")


async def test_a_text_that_is_deleted_again_ends_the_typing(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Or do not write")
    here, there = await aiko.go(f"/posts/{post}/"), await ben.go(f"/posts/{post}/")
    await there.fill(".reply textarea", "Hm")
    await expect(here.locator("typing-line")).to_have_text("Ben is typing…")
    await there.fill(".reply textarea", "")
    await expect(here.locator("typing-line")).to_have_text("", timeout=2_000)


async def test_keys_are_told_at_most_every_two_seconds(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Type away")
    sent = []
    # Playwright sees a page's sockets, not a worker's.
    await ben.page.add_init_script("delete globalThis.SharedWorker")
    ben.page.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda text: "user:typing" in str(text) and sent.append(text)
        ),
    )
    here, there = await aiko.go(f"/posts/{post}/"), await ben.go(f"/posts/{post}/")
    await there.locator(".reply textarea").press_sequentially("quick" * 12, delay=20)
    await expect(here.locator("typing-line")).to_have_text("Ben is typing…")
    assert 1 <= len(sent) <= 2

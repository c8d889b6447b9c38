"""The pages around the feed: the way in, languages, themes, and life without JavaScript."""

import asyncio
import re
from contextlib import suppress

import pytest
from playwright.async_api import Browser, Error, Route, expect

from tests.browser.conftest import PASSWORD, NewPerson, sign_up
from tests.servers import Site


async def test_a_stranger_is_led_to_the_log_in_page(chromium: Browser, live_site: Site):
    page = await chromium.new_page()
    for path in ("/", "/?feed=home", "/tags/x/", "/@nobody/", "/posts/x/"):
        await page.goto(live_site.url + path)
        await expect(page).to_have_url(re.compile(r"/login/\?next="))
    await page.close()


async def test_somebody_signs_up_and_is_at_the_live_feed(chromium: Browser, live_site: Site):
    page = await chromium.new_page(locale="en-US")
    await sign_up(page, live_site, "newcomer", "New Comer")
    await expect(page.locator("connection-badge").last).to_have_text("Live")
    await expect(page.locator(".side .who b")).to_have_text("New Comer")
    await page.close()


async def test_somebody_logs_out_and_in_again(person: NewPerson):
    aiko = await person("Aiko")
    await aiko.go("/")
    await aiko.page.get_by_role("button", name="Log out").click()
    await expect(aiko.page).to_have_url(f"{aiko.site.url}/login/")
    await aiko.page.fill("[name=username]", aiko.name.upper())
    await aiko.page.fill("[name=password]", PASSWORD)
    await aiko.page.click("button.wide")
    await expect(aiko.page.locator("h1")).to_have_text("Everyone")


async def test_who_logs_out_is_told_of_no_refusal_that_was_on_its_way(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    questions: list[Route] = []
    await aiko.page.route("**/api/users/*", lambda route: questions.append(route))
    await aiko.go("/")
    await ben.go("/")
    async with asyncio.timeout(10):
        while not questions:  # who Ben is
            await aiko.page.wait_for_timeout(20)

    async def late(route: Route) -> None:
        answer = await route.fetch(max_redirects=0)
        for question in questions:
            with suppress(Error):  # it was given up
                await question.continue_()
        await aiko.page.wait_for_timeout(300)
        await route.fulfill(response=answer)

    await aiko.page.route("**/logout", late)
    await aiko.page.get_by_role("button", name="Log out").click()
    await expect(aiko.page).to_have_url(f"{aiko.site.url}/login/")


async def test_a_wrong_password_is_told_without_saying_what_was_wrong(person: NewPerson):
    aiko = await person("Aiko")
    await aiko.go("/")
    await aiko.page.get_by_role("button", name="Log out").click()
    await aiko.page.fill("[name=username]", aiko.name)
    await aiko.page.fill("[name=password]", "not-this-one")
    await aiko.page.click("button.wide")
    await expect(aiko.page.get_by_role("alert")).to_contain_text("correct")


async def test_a_taken_name_and_a_weak_password_are_told_at_their_fields(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    await aiko.go("/")
    await aiko.page.get_by_role("button", name="Log out").click()
    await aiko.page.goto(f"{aiko.site.url}/signup/")
    await aiko.page.fill("[name=username]", aiko.name.upper())
    await aiko.page.fill("[name=password]", "12345678")
    await aiko.page.click("button.wide")
    name = aiko.page.locator(".field", has=aiko.page.locator("[name=username]"))
    await expect(name.locator(".wrong")).to_have_text("A user with that username already exists.")
    password = aiko.page.locator(".field", has=aiko.page.locator("[name=password]"))
    await expect(password.locator(".wrong").first).to_be_visible()


async def test_the_page_speaks_the_browsers_language_and_can_be_switched(person: NewPerson):
    aiko, ben = await person("Aiko", locale="ja-JP"), await person("Ben")
    page = await aiko.go("/")
    await expect(page.locator("html")).to_have_attribute("lang", "ja")
    await expect(page.locator("h1")).to_have_text("みんなの投稿")
    await ben.post("こんにちは")
    await expect(page.locator(".pill")).to_have_text("1件の新着投稿")
    await page.locator(".side").get_by_role("button", name="English").click()
    await expect(page.locator("h1")).to_have_text("Everyone")


async def test_a_chosen_theme_stays_and_is_given_up_by_choosing_it_again(person: NewPerson):
    aiko = await person("Aiko", color_scheme="light")
    page = await aiko.go("/")
    dark = page.locator(".side").get_by_role("button", name="Dark theme")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light_paper = await page.evaluate(paper)
    await dark.click()
    assert await page.evaluate(paper) != light_paper
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await dark.click()
    assert await page.evaluate(paper) == light_paper


async def test_following_somebody_changes_their_page_and_ones_home(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    await ben.post("From Ben")
    page = await aiko.go("/?feed=home")
    await expect(page.locator("post-card")).to_have_count(0)
    page = await aiko.go(f"/@{ben.name}/")
    await page.locator("main .profile [data-follow] button").click()
    await expect(page.locator("main .profile [data-follow] button")).to_have_text("Following")
    page = await aiko.go("/?feed=home")
    await expect(page.locator("post-card .text")).to_have_text(["From Ben"])


async def test_a_hashtag_has_a_page_that_follows_live(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    await ben.post("One for #渓谷")
    page = await aiko.go("/tags/渓谷/")
    await expect(page.locator("h1")).to_have_text("#渓谷")
    await expect(page.locator("post-card .text")).to_have_text(["One for #渓谷"])
    await ben.post("Something else")
    await ben.post("Another for ＃渓谷")
    await expect(page.locator(".pill:visible")).to_have_text("1 new post")


async def test_older_posts_are_one_step_away(person: NewPerson):
    aiko = await person("Aiko")
    aiko.site.shell(
        "from accounts.models import User\nfrom posts.models import Post\n"
        f"author = User.objects.get(username={aiko.name!r})\n"
        "for number in range(1, 24):\n"
        "    Post(author=author, body=f'Number {number}').save()\n"
    )
    page = await aiko.go(f"/@{aiko.name}/")
    await expect(page.locator("post-card")).to_have_count(20)
    await page.click("text=Older posts")
    numbers = ["Number 3", "Number 2", "Number 1"]
    await expect(page.locator("post-card .text")).to_have_text(numbers)
    # A page of the past stays what it is.
    await aiko.live()
    await aiko.post("Number 24")
    await expect(page.locator(".happened")).to_contain_text("Number 24")
    await expect(page.locator("post-card .text")).to_have_text(numbers)


@pytest.mark.parametrize("path", ["/posts/x/", "/@nobody-at-all/", "/tags/a%20b/"])
async def test_what_is_not_there_is_a_404(person: NewPerson, path: str):
    aiko = await person("Aiko", expect_errors=True)
    answer = await aiko.page.goto(aiko.site.url + path)
    assert answer is not None and answer.status == 404


async def test_a_strangers_followers_only_post_is_a_404(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    post = await ben.post("Not for Aiko", visibility="followers")
    answer = await aiko.page.goto(f"{aiko.site.url}/posts/{post}/")
    assert answer is not None and answer.status == 404


async def test_without_javascript_one_posts_likes_and_comments_by_forms(
    chromium: Browser, live_site: Site
):
    context = await chromium.new_context(java_script_enabled=False, locale="en-US")
    page = await context.new_page()
    await sign_up(page, live_site, "no-script", "No Script")
    await page.fill("post-composer textarea", "By a form")
    await page.click("post-composer .button")
    card = page.locator("post-card", has_text="By a form")
    await expect(card).to_have_count(1)
    await card.locator(".like").click()
    await expect(card.locator(".like")).to_have_attribute("aria-pressed", "true")
    await card.locator(".like").click()
    await expect(card.locator(".like")).to_have_text("0")
    await card.locator("[data-slot=thread]").click()
    await page.fill(".reply textarea", "A comment by a form")
    await page.click(".reply .button")
    await expect(page.locator(".comment .text")).to_have_text(["A comment by a form"])
    await page.locator("post-card .menu summary").click()
    await page.locator("post-card [data-slot=edit]").click()
    await page.fill("textarea", "Edited by a form")
    await page.click("text=Save")
    await expect(page.locator("post-card .text")).to_have_text("Edited by a form")
    await page.locator("post-card .menu summary").click()
    await page.locator("post-card .gone:visible").click()
    await expect(page.locator("post-card", has_text="Edited by a form")).to_have_count(0)
    await context.close()


async def test_a_form_with_too_long_a_text_gives_it_back(chromium: Browser, live_site: Site):
    context = await chromium.new_context(java_script_enabled=False, locale="en-US")
    page = await context.new_page()
    await sign_up(page, live_site, "long-winded", "Long Winded")
    await page.fill("post-composer textarea", "a" * 5_001)
    await page.click("post-composer .button")
    await expect(page.locator("post-composer .wrong")).to_have_text(
        "It may have at most 5000 characters."
    )
    assert len(await page.input_value("post-composer textarea")) == 5_001
    await context.close()


async def test_the_feed_can_be_used_by_keyboard_alone(person: NewPerson):
    aiko = await person("Aiko")
    await aiko.post("Reach me by keys")
    page = await aiko.go("/")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Skip to content")
    like = page.locator("post-card", has_text="Reach me by keys").locator(".like")
    await like.focus()
    await page.keyboard.press("Space")
    await expect(like).to_have_attribute("aria-pressed", "true")
    await expect(like).to_have_text("1")


async def test_no_page_is_wider_than_a_phone(person: NewPerson):
    aiko = await person("Aiko", viewport={"width": 360, "height": 740})
    post = await aiko.post("https://example.org/" + "a" * 200 + " " + "長" * 200)
    for path in ("/", f"/posts/{post}/", f"/@{aiko.name}/", "/login/"):
        await aiko.page.goto(aiko.site.url + path)
        width = await aiko.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, path

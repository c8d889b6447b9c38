"""One's own settings, by forms: they work with and without JavaScript."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PASSWORD, NewPerson, Person


async def settings(person: Person) -> Page:
    await person.page.goto(f"{person.site.url}/settings/")
    return person.page


@pytest.mark.parametrize("script", [True, False], ids=["with-scripts", "without"])
async def test_another_name_is_shown_from_then_on(person: NewPerson, script: bool):
    aiko = await person("Aiko", java_script_enabled=script)
    page = await settings(aiko)
    await page.fill("[name=display_name]", "愛子 Tanaka")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main .notice")).to_have_text("Saved.")
    await expect(page.locator(".me .who b")).to_have_text("愛子 Tanaka")


async def test_an_empty_name_is_refused_at_its_field(person: NewPerson):
    aiko = await person("Aiko", java_script_enabled=False, expect_errors=True)
    page = await settings(aiko)
    await page.fill("[name=display_name]", "a\u0007b")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#set-profile ~ form .wrong")).to_be_visible()


async def test_language_and_theme_are_chosen_and_kept(person: NewPerson):
    aiko = await person("Aiko", color_scheme="light")
    page = await settings(aiko)
    await page.locator(".setting").get_by_role("button", name="Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.locator(".setting").get_by_role("button", name="日本語").click()
    await expect(page.locator("h1")).to_have_text("設定")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="システムに合わせる").click()
    await expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


async def test_a_new_password_ends_the_other_logins_and_keeps_this_one(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    elsewhere = await aiko.page.context.browser.new_context(locale="en-US")
    other = await elsewhere.new_page()
    await other.goto(f"{aiko.site.url}/login/")
    await other.fill("[name=username]", aiko.name)
    await other.fill("[name=password]", PASSWORD)
    await other.click("button.wide")
    await other.locator("connection-badge[state=open]").first.wait_for(state="attached")
    page = await settings(aiko)
    await page.fill("[name=old_password]", "not-it")
    await page.fill("[name=new_password]", "another-way-to-nara")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.locator("main .wrong")).to_have_text("This is not your password.")
    await page.fill("[name=old_password]", PASSWORD)
    await page.fill("[name=new_password]", "another-way-to-nara")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.locator("main .notice")).to_have_text("Saved.")
    await expect(other.locator("connection-badge").last).to_have_text("Not live")
    await other.reload()
    await expect(other).to_have_url(re.compile("/login/"))
    await elsewhere.close()


async def test_a_deleted_account_is_gone_with_its_posts_everywhere(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    post = await aiko.post("My last words")
    theirs = await ben.go("/")
    await expect(theirs.locator(f"#post-{post}")).to_have_count(1)
    page = await settings(aiko)
    await page.locator(".setting details summary").click()
    await page.fill("[name=password]", PASSWORD)
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page).to_have_url(re.compile("/signup/"))
    await expect(theirs.locator(f"#post-{post}")).to_have_count(0)

"""The bell, its toasts and its list, in all tabs of a reader."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPerson


def bell(page: Page):
    return page.locator("[data-bell]")


async def test_the_bell_counts_in_all_tabs_and_toasts_by_priority(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Tell me of it")
    here, there = await aiko.go("/"), await aiko.tab("/settings/")
    await here.bring_to_front()
    await ben.api("POST", f"/api/posts/{post}/like")
    for page in (here, there):
        await expect(bell(page)).to_have_text("1")
        await expect(page).to_have_title(re.compile(r"^\(1\) "))
    await expect(here.locator(".toast")).to_have_count(0)
    await ben.api("POST", f"/api/posts/{post}/comments", {"body": "Well said"})
    await expect(here.locator(".toast.normal")).to_have_text("Ben commented on your post")
    await ben.post(f"Ask @{aiko.name}")
    await expect(here.locator(".toast.high")).to_have_text("Ben mentioned you")
    for page in (here, there):
        await expect(bell(page)).to_have_text("3")


async def test_what_is_read_in_one_tab_is_read_in_all(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Read me")
    for text in ("One", "Two", "Three"):
        await ben.api("POST", f"/api/posts/{post}/comments", {"body": text})
    here, there = await aiko.go("/notifications/"), await aiko.tab("/notifications/")
    for page in (here, there):
        await expect(page.locator(".told[data-unread]")).to_have_count(3)
    await here.locator(".told .mark").nth(1).click()
    for page in (here, there):
        await expect(page.locator(".told[data-unread]")).to_have_count(2)
        await expect(bell(page)).to_have_text("2")
    await there.get_by_role("button", name="Mark all read").click()
    for page in (here, there):
        await expect(page.locator(".told[data-unread]")).to_have_count(0)
        await expect(bell(page)).to_be_hidden()


async def test_a_new_one_stands_on_top_of_the_list_and_leads_to_its_comment(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Lead me there")
    page = await aiko.go("/notifications/")
    await expect(page.locator(".empty")).to_be_visible()
    comment = await ben.api("POST", f"/api/posts/{post}/comments", {"body": "Here"})
    told = page.locator(".told").first
    await expect(told.locator(".what")).to_have_text(re.compile("^Ben commented on your post"))
    await expect(page.locator(".empty")).to_be_hidden()
    await told.locator(".what").click()
    await expect(page).to_have_url(f"{aiko.site.url}/posts/{post}/#comment-{comment['id']}")
    await expect(bell(page)).to_be_hidden()


async def test_a_refused_mark_is_taken_back(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    post = await aiko.post("Stubborn")
    await ben.api("POST", f"/api/posts/{post}/like")
    page = await aiko.go("/notifications/")
    refusal = {"error": {"code": "forbidden", "message": "no"}}
    await page.route("**/read", lambda route: route.fulfill(status=403, json=refusal))
    await page.locator(".told .mark").click()
    await expect(page.locator(".toast")).to_be_visible()
    await expect(page.locator(".told[data-unread]")).to_have_count(1)
    await expect(bell(page)).to_have_text("1")


async def test_a_notification_is_read_by_a_form_too(person: NewPerson):
    aiko, ben = await person("Aiko", java_script_enabled=False), await person("Ben")
    post = await aiko.post("By a form")
    for text in ("One", "Two"):
        await ben.api("POST", f"/api/posts/{post}/comments", {"body": text})
    page = aiko.page
    await page.goto(f"{aiko.site.url}/notifications/")
    await page.locator(".told .mark").first.click()
    await expect(page.locator(".told[data-unread]")).to_have_count(1)
    await page.get_by_role("link", name="Unread").click()
    await expect(page.locator(".told")).to_have_count(1)
    await page.get_by_role("button", name="Mark all read").click()
    await expect(bell(page)).to_be_hidden()


async def test_the_page_tells_of_notifications_in_japanese(person: NewPerson):
    aiko, ben = await person("Aiko", locale="ja-JP"), await person("Ben")
    post = await aiko.post("日本語で")
    await ben.api("POST", f"/api/posts/{post}/like")
    page = await aiko.go("/notifications/")
    await expect(page.locator(".told [data-slot=said]")).to_have_text(
        "Benさんがあなたの投稿に「いいね！」しました"
    )
    await ben.api("POST", f"/api/posts/{post}/comments", {"body": "はい"})
    await expect(page.locator(".told [data-slot=said]").first).to_have_text(
        "Benさんがあなたの投稿にコメントしました"
    )

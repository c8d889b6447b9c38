"""Following, blocking and hashtags in real browsers: at once, in all tabs, and taken back."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import NewPerson


def follow_button(page: Page):
    return page.locator("main [data-follow] button:visible, main [data-follow-tag] button")


async def test_a_follow_counts_at_once_and_in_the_other_tab(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go(f"/@{ben.name}/")
    other = await aiko.tab(f"/@{ben.name}/")
    await expect(page.locator("[data-followers]")).to_have_text("0 followers")
    held = []
    await page.route("**/follow", lambda route: held.append(route))
    await follow_button(page).click()
    await expect(follow_button(page)).to_have_text("Following")
    await expect(page.locator("[data-followers]")).to_have_text("1 follower")
    await held[0].continue_()
    for one in (other, page):
        await expect(follow_button(one)).to_have_text("Following")
        await expect(one.locator("[data-followers]")).to_have_text("1 follower")
    await other.locator("main [data-follow] button").first.click()
    for one in (page, other):
        await expect(follow_button(one)).to_have_text("Follow")
        await expect(one.locator("[data-followers]")).to_have_text("0 followers")


async def test_a_refused_follow_is_taken_back_with_a_word(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    page = await aiko.go(f"/@{ben.name}/")
    refusal = {"error": {"code": "forbidden", "message": "no"}}
    await page.route("**/follow", lambda route: route.fulfill(status=403, json=refusal))
    await follow_button(page).click()
    await expect(page.locator(".toast")).to_have_text("That did not work. Please try again.")
    await expect(follow_button(page)).to_have_text("Follow")
    await expect(page.locator("[data-followers]")).to_have_text("0 followers")


async def test_a_card_that_arrived_live_knows_whether_its_author_is_followed(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    me = await ben.api("GET", "/api/users/me")
    await aiko.api("PUT", f"/api/users/{me['id']}/follow")
    page = await aiko.go("/")
    post = await ben.post("Fresh from the press")
    await page.locator(".pill:visible").click()
    await page.locator(f"#post-{post} .menu summary").click()
    follow = page.locator(f"#post-{post} [data-slot=follow] button")
    await expect(follow).to_have_text("Unfollow")
    await follow.click()
    await expect(follow).to_be_hidden()
    await page.locator(f"#post-{post} .menu summary").click()
    await expect(follow).to_have_text("Follow")


async def test_a_block_empties_all_tabs_of_what_the_other_wrote(person: NewPerson):
    aiko, ben, chiyo = await person("Aiko"), await person("Ben"), await person("Chiyo")
    ours = await chiyo.post("Under this both write")
    await ben.api("POST", f"/api/posts/{ours}/comments", {"body": "Ben was here"})
    post = await ben.post("Words of Ben")
    feed = await aiko.go("/")
    thread = await aiko.tab(f"/posts/{ours}/")
    await expect(thread.locator(".comment")).to_have_count(1)
    feed.on("dialog", lambda dialog: dialog.accept())
    await feed.locator(f"#post-{post} .menu summary").click()
    await feed.locator(f"#post-{post} [data-slot=block] button").click()
    await expect(feed.locator(f"#post-{post}")).to_be_hidden()
    await expect(thread.locator(".comment:visible")).to_have_count(0)
    await ben.post("More words of Ben")
    await chiyo.post("Words of Chiyo")
    await expect(feed.locator(".pill:visible")).to_have_text(re.compile("1 new post$"))
    await feed.reload()
    await expect(feed.locator(f"#post-{post}")).to_have_count(0)


async def test_a_refused_block_brings_the_posts_back(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    post = await ben.post("Still here")
    page = await aiko.go("/")
    refusal = {"error": {"code": "forbidden", "message": "no"}}
    held = []
    await page.route("**/block", lambda route: held.append(route))
    page.on("dialog", lambda dialog: dialog.accept())
    await page.locator(f"#post-{post} .menu summary").click()
    await page.locator(f"#post-{post} [data-slot=block] button").click()
    await expect(page.locator(f"#post-{post}")).to_be_hidden()
    await held[0].fulfill(status=403, json=refusal)
    await expect(page.locator(f"#post-{post}")).to_be_visible()


async def test_who_is_blocked_can_be_seen_and_let_back_in(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    await ben.post("Ben speaks")
    page = await aiko.go(f"/@{ben.name}/")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.locator(".profile .menu summary").click()
    async with page.expect_response("**/block"):
        await page.locator(".profile [data-block] button").click()
        await expect(page.locator("[data-blocked]")).to_be_visible()
    page = await aiko.go("/settings/")
    row = page.locator(".setting .row", has_text=f"@{ben.name}")
    async with page.expect_response("**/block"):
        await row.get_by_role("button", name="Unblock").click()
        await expect(row.get_by_role("button", name="Block", exact=True)).to_be_visible()
    page = await aiko.go(f"/@{ben.name}/")
    await expect(page.locator("[data-blocked]")).to_be_hidden()
    await expect(page.locator("post-card .text")).to_have_text(["Ben speaks"])


async def test_a_followed_hashtag_brings_its_posts_home(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/tags/渓流/")
    home = await aiko.tab("/?feed=home")
    async with page.expect_response("**/follow"):  # the button says so before the server does
        await follow_button(page).click()
    await expect(follow_button(page)).to_have_text("Following")
    await ben.post("Cold water #渓流")
    await expect(home.locator(".pill:visible")).to_have_text(re.compile("1 new post$"))
    await page.reload()
    await aiko.live()
    await expect(follow_button(page)).to_have_text("Following")
    async with page.expect_response("**/follow"):
        await follow_button(page).click()
    await expect(follow_button(page)).to_have_text("Follow")
    await ben.post("Warm water #渓流")
    await expect(page.locator(".pill:visible")).to_be_visible()
    await expect(home.locator(".pill:visible")).to_have_text(re.compile("1 new post$"))

"""Each action of a moderator in three real windows: the moderator's, the author's, the reader's."""

import re
import secrets
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, NewPerson, Person, arrive
from tests.servers import Site

PROMOTE = """
from accounts.models import User
from django.contrib.auth.models import Group
user = User.objects.get(username="{name}")
user.is_staff = True
user.save()
user.groups.add(Group.objects.get(name="Moderators"))
"""


@pytest.fixture(scope="module")
async def moderator(chromium: Browser, live_site: Site) -> AsyncIterator[Person]:
    """One for all tests: to make somebody a moderator takes a process of its own."""
    context = await chromium.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    name = f"mod-{secrets.token_hex(3)}"
    await arrive(context, live_site, name, "Mod")
    live_site.shell(PROMOTE.format(name=name))
    yield Person(name, context, await context.new_page(), live_site)
    await context.close()


@pytest.fixture
async def windows(moderator: Person, person: NewPerson):
    """Moderator, author and reader, each with a browser."""
    reader = await person("Rin")
    # Whose socket is closed and whose requests are refused has that in the console.
    author = await person("Aiko", expect_errors=True)
    return moderator, author, reader


async def decide(page: Page, path: str, action: str, **more: str) -> None:
    """Choose all that a list of the admin shows, an action, and say why."""
    await page.goto(path)
    await page.locator("#action-toggle").check()
    await page.select_option("select[name=action]", f"moderate_{action}")
    await page.click("button[name=index]")
    await page.fill("[name=reason]", f"Because of {action}.")
    for name, value in more.items():
        await page.select_option(f"[name={name}]", value)
    await page.click(".submit-row input[type=submit]")
    await expect(page.locator(".messagelist .success")).to_have_text("1 decided.")


def urls(moderator: Person, author: Person) -> dict[str, str]:
    """The admin's lists, each narrowed to the author."""
    admin, query = f"{moderator.site.url}/admin", f"?q={author.name}"
    return {
        "queue": f"{admin}/moderation/case/{query}",
        "posts": f"{admin}/posts/post/{query}",
        "comments": f"{admin}/posts/comment/{query}",
        "users": f"{admin}/accounts/user/{query}",
    }


async def told(page: Page, words: str) -> None:
    await expect(page.locator(".toast", has_text=words).first).to_be_visible()


async def test_a_reported_post_is_hidden_brought_back_and_deleted_in_all_windows(windows):
    moderator, author, reader = windows
    at = urls(moderator, author)
    post = await author.post("Buy <b>now</b>")
    theirs, feed = await author.go("/"), await reader.go("/")
    await feed.locator(f"#post-{post} .menu summary").click()
    await feed.locator(f"#post-{post} [data-slot=report]").click()
    await feed.fill("main textarea", "It sells things.")
    await feed.locator("main .writing button").click()
    await expect(feed.locator("main [role=status]")).to_contain_text("A moderator will look at it")
    feed = await reader.go("/")

    await moderator.page.goto(at["queue"])
    row = moderator.page.locator("#result_list tbody tr")
    await expect(row).to_contain_text("It sells things.")
    await decide(moderator.page, at["queue"], "hide")
    for page in (theirs, feed):
        await expect(page.locator(f"#post-{post}")).to_have_count(0)
    await told(theirs, "A moderator has hidden what you wrote.")
    await told(feed, "A moderator has acted on what you reported.")

    await decide(moderator.page, f"{at['queue']}&state=all", "restore")
    for page in (theirs, feed):
        await expect(page.locator(f"#post-{post} .text")).to_have_text("Buy <b>now</b>")
        # It was the newest, and it is no news.
        await expect(page.locator(".pill:visible")).to_have_count(0)
    await told(theirs, "A moderator has brought back what you wrote.")

    await decide(moderator.page, at["posts"], "warn")
    await told(theirs, "A moderator warns you.")
    # Nobody else hears of it, and the post stays.
    await expect(feed.locator(f"#post-{post} .text")).to_have_text("Buy <b>now</b>")
    await expect(feed.locator(".toast", has_text="warns")).to_have_count(0)
    await decide(moderator.page, at["posts"], "delete")
    for page in (theirs, feed):
        await expect(page.locator(f"#post-{post}")).to_have_count(0)
    page = await author.go("/notifications/")
    await expect(page.locator(".told").first).to_contain_text("Because of delete.")


async def test_a_comment_is_hidden_brought_back_and_dismissed_in_all_windows(windows):
    moderator, author, reader = windows
    at = urls(moderator, author)
    post = await reader.post("What do you think?")
    comment = await author.api("POST", f"/api/posts/{post}/comments", {"body": "Rubbish"})
    item = f"#comment-{comment['id']}"
    theirs, thread = await author.go(f"/posts/{post}/"), await reader.go(f"/posts/{post}/")
    await expect(theirs.locator(f"{item} [data-slot=report]")).to_be_hidden()
    await thread.locator(f"{item} .menu summary").click()
    await thread.locator(f"{item} [data-slot=report]").click()
    await thread.fill("main textarea", "Rude.")
    await thread.locator("main .writing button").click()
    thread = await reader.go(f"/posts/{post}/")

    await decide(moderator.page, at["comments"], "hide")
    for page in (theirs, thread):
        await expect(page.locator(item)).to_have_count(0)
        await expect(page.locator(f"#post-{post} [data-slot=comments]")).to_have_text("0")
    await decide(moderator.page, at["comments"], "restore")
    for page in (theirs, thread):
        await expect(page.locator(f"{item} .text")).to_have_text("Rubbish")
        await expect(page.locator(f"#post-{post} [data-slot=comments]")).to_have_text("1")

    other = await reader.tab(f"/comments/{comment['id']}/report/")
    await expect(other.locator("main [role=status]")).to_be_visible()


async def stays(page: Page, post: str) -> None:
    """What the author wrote is still in the reader's window, which is still live."""
    await expect(page.locator(f"#post-{post} .text")).to_have_text("Still here")
    await expect(page.locator("connection-badge[state=open]").first).to_be_attached()


async def test_an_author_is_suspended_let_back_in_and_banned(windows):
    moderator, author, reader = windows
    at = urls(moderator, author)
    post = await author.post("Still here")
    page, theirs = await author.go("/"), await reader.go("/")
    await decide(moderator.page, at["users"], "suspend", hours="1")
    await expect(page.locator("connection-badge[state=open]")).to_have_count(0)
    await page.goto(f"{author.site.url}/")
    await page.wait_for_url(re.compile("/login/"))
    await expect(page.locator(".notice")).to_contain_text("This account is suspended until")
    await stays(theirs, post)
    await decide(moderator.page, at["users"], "lift")
    page = await author.go("/")
    await decide(moderator.page, at["users"], "ban")
    await expect(page.locator("connection-badge[state=open]")).to_have_count(0)
    await page.goto(f"{author.site.url}/")
    await page.wait_for_url(re.compile("/login/"))
    await stays(theirs, post)
    feed = await reader.go(f"/@{author.name}/")
    await expect(feed.locator("post-card .text")).to_have_text(["Still here"])


async def test_dismissed_reports_are_told_to_the_reader_in_the_pages_language(
    person: NewPerson, windows
):
    moderator, author, _ = windows
    reader = await person("Hana", locale="ja-JP")
    post = await author.post("All is well")
    await reader.api("POST", f"/api/posts/{post}/report", {"reason": "嫌い"})
    page = await reader.go("/")
    theirs = await author.go("/")
    await decide(moderator.page, urls(moderator, author)["queue"], "dismiss")
    await told(page, "報告された内容をモデレーターが確認し、問題なしと判断しました。")
    page = await reader.go("/notifications/")
    await expect(page.locator(".told").first).to_contain_text("問題なしと判断しました")
    await expect(theirs.locator(f"#post-{post}")).to_be_visible()
    await expect(theirs.locator(".toast")).to_have_count(0)

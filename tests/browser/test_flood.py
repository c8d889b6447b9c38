"""Five hundred posts at once: nobody is moved, nothing grows without end, nothing is skipped."""

import json
import re
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import NewPerson, Person


def flood(person: Person, count: int, name: str) -> None:
    """So many posts of somebody else, saved in one transaction: they arrive together."""
    person.site.shell(
        "from accounts.models import User\nfrom posts.models import Post\n"
        "from realtime.transactions import atomic\n"
        f"author, _ = User.objects.get_or_create(username={name!r})\n"
        "with atomic():\n"
        f"    for number in range(1, {count} + 1):\n"
        "        Post(author=author, body=f'Drop {number}').save()\n"
    )


async def drops(page: Page) -> list[int]:
    """The numbers of the posts on the page, from the top."""
    texts = await page.locator("post-card .text").all_inner_texts()
    return [int(text.removeprefix("Drop ")) for text in texts if text.startswith("Drop ")]


async def test_five_hundred_posts_wait_behind_one_pill_and_move_nothing(person: NewPerson):
    aiko = await person("Aiko")
    flood(aiko, 30, "drizzle")
    page = await aiko.go("/")
    read = page.locator("post-card").nth(9)
    await read.scroll_into_view_if_needed()
    before, elements = await read.bounding_box(), await page.locator("*").count()
    flood(aiko, 500, "downpour")
    pill = page.locator(".pill:visible")
    await expect(pill).to_have_text(re.compile("500 new posts$"), timeout=20_000)
    assert await read.bounding_box() == before
    # What there is more: lines of what happens just now.
    assert await page.locator("*").count() < elements + 60
    await pill.click()
    await expect(page.locator("post-card")).to_have_count(30)
    assert await drops(page) == list(range(500, 470, -1))
    await expect(page.locator("post-card .name").first).to_be_focused()
    # The way to the others goes on where the page ends.
    await page.click("text=Older posts")
    await page.wait_for_url(re.compile("before="))
    assert await drops(page) == list(range(470, 450, -1))


async def test_a_pill_that_cannot_fetch_what_it_counts_says_so_and_stays(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    page = await aiko.go("/")
    flood(aiko, 201, "shower")
    pill = page.locator(".pill:visible")
    await expect(pill).to_have_text(re.compile("201 new posts$"), timeout=20_000)
    fetched = re.compile(r"/api/posts\?limit=30$")
    await page.route(fetched, lambda route: route.abort(), times=1)
    await pill.click()
    await expect(page.locator(".toast")).to_have_text("The server cannot be reached right now.")
    await expect(pill).to_have_text(re.compile("201 new posts$"))
    await pill.click()
    await expect(pill).to_have_count(0)
    assert (await drops(page))[:30] == list(range(201, 171, -1))


async def test_a_page_that_is_open_all_day_keeps_its_newest_posts_and_the_way_on(
    person: NewPerson,
):
    aiko = await person("Aiko")
    page = await aiko.go("/?feed=home")
    flood(aiko, 245, aiko.name)  # one's own, from elsewhere: they need no pill
    await expect(page.locator("post-card").first).to_contain_text("Drop 245", timeout=20_000)
    await expect(page.locator("post-card")).to_have_count(200)
    last = await page.locator("post-card").last.get_attribute("data-id")
    link = page.get_by_role("link", name="Older posts")
    await expect(link).to_have_attribute("href", f"?feed=home&before={last}")


#: Milliseconds; longer than that a click waits for its answer.
LONGEST_TASK = 200


def longest_task(trace: bytes) -> float:
    """Milliseconds that the longest task of a page's main thread worked, whatever else ran."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        one["tdur"]
        for one in events
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in main and "tdur" in one
    ]
    assert len(tasks) > 100
    return max(tasks) / 1000


async def test_a_page_stays_quick_while_five_hundred_posts_arrive_and_are_asked_for(
    chromium: Browser, person: NewPerson
):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    await chromium.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    flood(aiko, 500, "cloudburst")
    pill = page.locator(".pill:visible")
    await expect(pill).to_have_text(re.compile("500 new posts$"), timeout=20_000)
    await pill.click()
    await expect(page.locator("post-card .text").first).to_have_text("Drop 500")
    assert longest_task(await chromium.stop_tracing()) < LONGEST_TASK

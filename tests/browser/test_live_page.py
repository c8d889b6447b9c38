"""The admin's live page in a real browser, beside another window that it sends away and back."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.conftest import PATIENCE, NewPerson, Person, arrive
from tests.servers import Site

PROMOTE = """
from accounts.models import User
from django.contrib.auth.models import Group
user = User.objects.get(username="{name}")
user.is_staff = True
user.save()
user.groups.add(Group.objects.get(name="Operators"))
"""
WRITTEN = """
from django.contrib.admin.models import LogEntry
for entry in LogEntry.objects.filter(user__username="{name}"):
    print(entry.change_message)
"""


@pytest.fixture(scope="module")
async def operator(chromium: Browser, live_site: Site) -> AsyncIterator[Person]:
    context = await chromium.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    name = f"ops-{secrets.token_hex(3)}"
    await arrive(context, live_site, name, "Ops")
    live_site.shell(PROMOTE.format(name=name))
    page = await context.new_page()
    await page.goto(f"{live_site.url}/admin/")
    await page.click(".live-page-link a")
    await page.locator(".live-state[data-state=open]").wait_for()
    yield Person(name, context, page, live_site)
    await context.close()


async def test_numbers_move_and_charts_with_them(operator: Person, person: NewPerson):
    page = operator.page
    connections = page.locator("[data-number=connections]")
    await expect(page.locator(".live-processes tbody tr")).to_have_count(1)
    await expect(connections).not_to_have_text("–")
    before = int(await connections.inner_text())
    reader = await person("Rin")
    await reader.go("/")
    await expect(connections).to_have_text(str(before + 1))
    line = page.locator("svg[data-chart=connections] .line")
    drawn = await line.get_attribute("d")
    await expect(line).not_to_have_attribute("d", drawn or "")
    await reader.post("Good morning")
    await expect(page.locator("[data-number=lag99]")).to_contain_text("ms")
    await expect(page.locator(".live-rooms tbody")).to_contain_text("public")


async def test_the_log_follows_a_room_or_a_type_and_shows_text_alone(
    operator: Person, person: NewPerson
):
    page, reader = operator.page, await person("Aiko")
    await page.fill(".live-log [name=type]", "post:created")
    post = await reader.post("<img src=x onerror=alert(1)>")
    other = await reader.post("Another one")
    lines = page.locator(".live-log li")
    await expect(lines.filter(has_text=post)).to_have_count(1)
    await page.fill(".live-log [name=room]", f"post:{post}")
    await expect(lines).to_have_count(1)
    await lines.first.locator("summary").click()
    await expect(lines.first.locator("pre")).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(page.locator(".live-log img")).to_have_count(0)
    await page.fill(".live-log [name=room]", f"post:{other}")
    await expect(lines).to_have_count(1)
    await reader.api("POST", f"/api/posts/{other}/like")
    await page.fill(".live-log [name=type]", "post:liked")
    await expect(lines).to_have_count(1)
    for name in ("room", "type"):
        await page.fill(f".live-log [name={name}]", "")


async def test_a_socket_that_is_sent_away_comes_back_and_loses_no_event(
    operator: Person, person: NewPerson
):
    page, reader, writer = operator.page, await person("Hana"), await person("Ken")
    feed = await reader.go("/")
    await feed.evaluate("window.mark = 1")
    await page.fill(".live-people [name=user]", reader.name)
    await page.click(".live-people form button:not([type])")
    item = page.locator(".live-people li")
    await expect(item).to_have_count(1)
    await expect(item).to_contain_text("websocket")
    socket = await item.locator("code").inner_text()
    await item.locator("button").click()
    await expect(page.locator(".live-note")).to_contain_text("Asked to reconnect")
    missed = await writer.post("Written while she was away")
    await reader.live()
    # Her badge need not have told of so short an absence; that it is another socket, the list does.
    async with asyncio.timeout(10):
        while await item.count() != 1 or await item.locator("code").inner_text() == socket:
            await page.click(".live-people form button:not([type])")
            await asyncio.sleep(0.5)
    # She was at the top of her feed: it waits behind the pill, without a reload.
    pill = feed.locator(".pill:visible", has_text=re.compile("1 new post"))
    await pill.click()
    await expect(feed.locator(f"#post-{missed}")).to_be_visible()
    assert await feed.evaluate("window.mark") == 1
    written = operator.site.shell(WRITTEN.format(name=operator.name))
    assert "Asked the sockets of socket" in written


async def test_the_page_keeps_nobody_out_and_its_buttons_are_pressed_by_keys(operator: Person):
    page, found = operator.page, []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += await barriers(page)
    assert found == []
    pause = page.locator("[data-act=pause]")
    await page.locator(".live-log [name=type]").focus()
    await page.keyboard.press("Tab")
    await expect(pause).to_be_focused()
    await page.keyboard.press("Space")
    await expect(pause).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Space")
    await expect(pause).to_have_attribute("aria-pressed", "false")


async def test_strangers_to_the_staff_are_led_to_the_admins_login(person: NewPerson):
    reader = await person("Mei")
    await reader.page.goto(f"{reader.site.url}/admin/live/")
    assert "/admin/login/?next=/admin/live/" in reader.page.url

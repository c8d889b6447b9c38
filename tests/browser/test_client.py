"""The client over tabs, transports, sleep and restarts, in a real browser behind a bad network."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import IS_COLLECTED, Person, arrive
from tests.browser.network import LONG, NewReader, hurry, live, until, waits
from tests.conftest import StartSite
from tests.servers import Site


async def shows(page: Page, transport: str) -> None:
    """The monitor says what brings the events, where there is one."""
    if not IS_COLLECTED:
        await expect(page.locator("[data-tell=transport]")).to_have_text(transport)


@pytest.mark.parametrize("worker", [True, False], ids=["worker", "leader"])
async def test_the_tabs_of_one_browser_share_one_socket_also_when_the_first_is_closed(
    person, reader: NewReader, live_site: Site, worker: bool
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben", worker=worker)
    tabs = [await ben.tab() for _ in range(3)]
    assert ben.network.asked["/ws/"] == 1
    await aiko.post("For three tabs")
    for tab in tabs:
        await waits(tab, 1)
    first, *others = tabs
    await first.close()
    await aiko.post("For two")
    await aiko.post("For the same two")
    for tab in others:
        await waits(tab, 3)
        await live(tab)
    await until(lambda: ben.network.count("/ws/") == 1, "one socket is open")
    assert ben.network.asked["/ws/"] == (1 if worker else 2)


async def test_a_tab_gets_what_came_between_its_page_and_the_shared_socket(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben")
    await ben.tab()
    held: list = []
    tab = await ben.context.new_page()
    await tab.route(re.compile(r"/static/posts/start\."), lambda route: held.append(route))
    await tab.goto(f"{ben.network.url}/", wait_until="commit")
    await until(lambda: bool(held), "the page is there, its client is not")
    await aiko.post("In between")
    await held[0].continue_()
    await waits(tab, 1)
    await aiko.post("And after")
    await waits(tab, 2)
    assert ben.network.asked["/ws/"] == 1


async def test_a_thread_in_one_tab_and_a_feed_in_another_each_get_their_own(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    post = await aiko.post("A thread")
    ben = await reader(live_site, "Ben")
    feed = await ben.tab()
    thread = await ben.tab(f"/posts/{post}/")
    await aiko.go(f"/posts/{post}/")
    await aiko.page.locator(".reply textarea").press_sequentially("hm", delay=20)
    await expect(thread.locator("typing-line")).to_have_text("Aiko is typing…")
    await thread.close()
    await aiko.post("Still live")
    await waits(feed, 1)


async def test_another_login_does_not_get_the_socket_of_the_one_before(
    person, reader: NewReader, live_site: Site
):
    ben = await reader(live_site, "Ben")
    tab = await ben.tab()
    await ben.context.clear_cookies()
    await arrive(ben.context, ben.network, f"cho-{ben.network.port}", "Cho")
    other = await ben.tab()
    assert ben.network.asked["/ws/"] == 2
    names = "JSON.parse(document.getElementById('viewer').textContent).displayName"
    assert [await tab.evaluate(names), await other.evaluate(names)] == ["Ben", "Cho"]
    # The page of the one before comes back as somebody else: it must not show their events.
    ben.network.cut("/ws/")
    await live(tab, "closed")
    await live(other)


async def test_where_the_worker_does_not_load_a_tab_has_a_socket_of_its_own(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben")
    ben.network.blocked.add("/static/realtime/worker")
    tab = await ben.tab()
    await aiko.post("Alone and live")
    await waits(tab, 1)


async def test_without_a_socket_events_come_by_sse_then_by_polls_and_then_by_the_socket_again(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben", worker=False)
    network = ben.network
    network.blocked.add("/ws/")
    tab = await ben.context.new_page()
    await tab.clock.install()
    await tab.goto(f"{network.url}/")
    await aiko.post("While nothing gets through")
    await hurry(tab, "fallback")
    assert network.asked["/ws/"] == 5
    await shows(tab, "sse")
    await waits(tab, 1)
    await aiko.post("By the stream")
    await waits(tab, 2)
    network.blocked.add("/api/realtime/stream")
    network.cut("/api/realtime/stream")
    await live(tab, "reconnecting")
    await hurry(tab, "fallback")
    await shows(tab, "polling")
    await aiko.post("By a poll")
    await tab.clock.run_for(5_000)
    await waits(tab, 3)
    network.blocked.clear()
    await hurry(tab, "open")
    await shows(tab, "websocket")
    await aiko.post("By the socket")
    await waits(tab, 4)


async def test_eight_pages_are_back_and_complete_when_a_server_that_was_killed_is_back(
    reader: NewReader, start_site: StartSite
):
    site = start_site()
    readers = [await reader(site, name) for name in ("Ben", "Cho", "Dan", "Eri")]
    tabs = [await one.tab() for one in readers for _ in range(2)]
    for tab in tabs:
        await tab.evaluate("globalThis.isSamePage = true")
    site.kill()
    site.shell(
        "from accounts.models import User\nfrom posts.models import Post\n"
        "author = User.objects.create_user('writer')\n"
        "for n in range(1, 6): Post.objects.create(author=author, body=f'Missed {n}')"
    )
    site.start()
    for tab in tabs:
        await waits(tab, 5)
        await live(tab)
        assert await tab.evaluate("globalThis.isSamePage")
        await tab.click(".pill")
        texts = tab.locator("post-card .text")
        await expect(texts).to_have_text([f"Missed {n}" for n in range(5, 0, -1)])


async def test_a_laptop_that_slept_for_an_hour_is_complete_when_it_wakes(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben", worker=False)
    tab = await ben.context.new_page()
    await tab.clock.install()
    await tab.goto(f"{ben.network.url}/")
    await live(tab)
    await tab.clock.pause_at(await tab.evaluate("Date.now() + 1000"))
    # The network says nothing any more, not even that it has gone.
    ben.network.is_frozen = True
    await aiko.post("While you slept")
    await tab.clock.fast_forward(3_600_000)
    ben.network.is_frozen = False
    await tab.clock.resume()
    await waits(tab, 1)
    await live(tab)
    assert ben.network.asked["/ws/"] == 2


PAGE = """<!doctype html><script type="module">
  import { RealtimeClient } from "/static/realtime/client.js";
  const token = async () => (await fetch("/token")).text();
  const client = new RealtimeClient({ url: "/ws/", token });
  globalThis.heard = [];
  for (const type of ["connect", "disconnect", "post:created"]) {
    client.on(type, () => heard.push(type));
  }
  client.connect();
</script>"""


async def test_a_token_that_expired_in_the_background_is_fetched_anew(
    person, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben")
    await ben.context.clear_cookies()
    account = {"username": f"ben-{aiko.name}", "password": "a-long-way-to-kyoto"}
    url = f"{live_site.url}/api/auth/register"
    answer = await ben.context.request.post(url, data=account)
    fresh = (await answer.json())["access"]
    expired = live_site.shell(
        "from datetime import timedelta; from rest_framework_simplejwt.tokens import AccessToken;"
        f"token = AccessToken('{fresh}');"
        "token.set_exp(lifetime=timedelta(seconds=-1)); print(token)"
    )
    tokens = [expired.strip(), fresh]
    # Not by `route`: Chromium lets no page that Playwright made open a socket here.
    ben.network.own = {"/embedded": lambda: PAGE, "/token": lambda: tokens.pop(0)}
    page = await ben.tab("/embedded", is_live=False)
    await page.wait_for_function("heard.includes('connect')", timeout=LONG * 1000)
    await aiko.post("For those with a token")
    await page.wait_for_function("heard.includes('post:created')")
    assert await page.evaluate("heard") == ["disconnect", "connect", "post:created"]

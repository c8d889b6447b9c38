"""Pages that go and come back: loaded again, by the back button, without a network or a socket."""

import asyncio
import os
import re

import pytest
from playwright.async_api import Route, async_playwright, expect

from tests.browser.conftest import NewPerson, Person, arrive
from tests.browser.network import WITHOUT_WORKER, Network, NewReader, hurry, live, until, waits
from tests.servers import Site, program

#: A page of somebody else's making, that prints no cursor.
EMBEDDED = """<!doctype html><script type="module">
  import {{ RealtimeClient }} from "/static/realtime/client.js";
  const client = new RealtimeClient({{ url: "/ws/", user: "{user}" }});
  globalThis.heard = [];
  client.on("post:created", ({{ post }}) => heard.push(post.body));
  client.on("state", ({{ state }}) => (globalThis.state = state));
  client.connect();
</script>"""


@pytest.mark.parametrize("worker", [True, False], ids=["worker", "leader"])
async def test_a_page_that_is_loaded_again_goes_on_from_where_it_was(
    person: NewPerson, reader: NewReader, worker: bool
):
    aiko = await person("Aiko")
    ben = await reader(aiko.site, "Ben", worker=worker)
    user = await (await ben.context.request.get(f"{ben.network.url}/api/users/me")).json()
    page = EMBEDDED.format(user=user["id"])
    ben.network.own = {"/embedded": lambda: page, "/elsewhere": lambda: "<!doctype html>"}
    tab = await ben.tab("/embedded", is_live=False)
    await tab.wait_for_function("globalThis.state === 'open'")
    await aiko.post("While it is open")
    await tab.wait_for_function("heard.includes('While it is open')")
    await tab.goto(f"{ben.network.url}/elsewhere")
    await aiko.post("While it is elsewhere")
    await tab.goto(f"{ben.network.url}/embedded")
    await tab.wait_for_function("heard.includes('While it is elsewhere')")
    await tab.reload()
    await tab.wait_for_function("globalThis.state === 'open'")
    await aiko.post("After a reload")
    await tab.wait_for_function("heard.includes('After a reload')")
    assert await tab.evaluate("heard") == ["After a reload"]


async def test_the_back_button_brings_the_same_page_and_what_it_missed(person: NewPerson):
    aiko = await person("Aiko")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            # The shell keeps no page for the way back.
            executable_path=program("chromium", "google-chrome", package="chromium"),
            args=arguments,
            # Playwright turns it off; people have it.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        context = await browser.new_context(locale="en-US")
        await context.add_init_script(WITHOUT_WORKER)
        network = Network(aiko.site)
        await network.start()
        network.own = {"/elsewhere": lambda: "<!doctype html>"}
        await arrive(context, network, f"ben-{network.port}", "Ben")
        page = await context.new_page()
        await page.goto(f"{network.url}/")
        await live(page)
        await page.evaluate("globalThis.isSamePage = true")
        await page.goto(f"{network.url}/elsewhere")
        await aiko.post("While you looked elsewhere")
        await page.go_back(wait_until="commit")
        await waits(page, 1)
        await live(page)
        assert await page.evaluate("globalThis.isSamePage")
        await aiko.post("And live again")
        await waits(page, 2)
        await browser.close()
        assert network.server is not None
        network.server.close()


async def test_a_page_says_soon_that_the_network_has_gone_and_is_back_with_it(
    person: NewPerson, reader: NewReader
):
    aiko: Person = await person("Aiko")
    ben = await reader(aiko.site, "Ben")
    tab = await ben.tab()
    ben.network.is_frozen = True
    await ben.context.set_offline(True)
    await live(tab, "reconnecting", seconds=10)
    await aiko.post("While you were offline")
    ben.network.is_frozen = False
    await ben.context.set_offline(False)
    await waits(tab, 1)
    await live(tab)


async def test_who_is_online_stays_true_where_no_socket_gets_through(
    person: NewPerson, reader: NewReader
):
    aiko: Person = await person("Aiko")
    post = await aiko.post("Am I here?")
    await aiko.go("/")
    ben = await reader(aiko.site, "Ben", worker=False)
    ben.network.blocked |= {"/ws/", "/api/realtime/stream"}
    tab = await ben.context.new_page()
    await tab.clock.install()
    await tab.goto(f"{ben.network.url}/")
    await hurry(tab, "fallback")
    dot = tab.locator(f"#post-{post} .face[data-online]")
    await expect(dot).to_have_count(1)
    await aiko.page.close()
    async with asyncio.timeout(30):
        while await dot.count():
            await tab.clock.run_for(5_000)


async def test_a_site_that_is_gone_for_long_is_found_by_polls_every_five_seconds(
    person: NewPerson, reader: NewReader, live_site: Site
):
    aiko: Person = await person("Aiko")
    ben = await reader(live_site, "Ben", worker=False)
    ben.network.blocked |= {"/ws/", "/api/realtime/"}
    tab = await ben.context.new_page()
    await tab.clock.install()
    await tab.goto(f"{ben.network.url}/")
    asked = ben.network.asked
    async with asyncio.timeout(30):
        while asked["/api/realtime/poll"] < 6:
            await tab.clock.run_for(1_000)
    await live(tab, "reconnecting")
    await aiko.post("While nothing got through")
    ben.network.blocked.discard("/api/realtime/")
    await tab.clock.run_for(5_000)
    await live(tab, "fallback")
    await waits(tab, 1)


async def test_a_post_that_is_on_its_way_when_the_socket_goes_is_there_once(
    person: NewPerson, reader: NewReader
):
    aiko: Person = await person("Aiko")
    other = await aiko.go("/")
    ben = await reader(aiko.site, "Ben")
    tab = await ben.tab()
    held: list[Route] = []
    await tab.route("**/api/posts", lambda route: held.append(route))
    await tab.fill("post-composer textarea", "In the middle")
    await tab.press("post-composer textarea", "Control+Enter")
    await until(lambda: bool(held), "it is on its way")
    ben.network.blocked.add("/ws/")
    ben.network.cut("/ws/")
    answer = await held[0].fetch()
    await waits(other, 1)
    ben.network.blocked.clear()
    # Its echo is among what was missed; its answer comes last.
    mine = tab.locator("post-card", has_text="In the middle")
    await expect(mine).not_to_have_class(re.compile("sending"), timeout=20_000)
    await live(tab)
    await held[0].fulfill(response=answer)
    await expect(mine).to_have_count(1)
    await expect(tab.locator(".pill:visible")).to_have_count(0)


async def test_a_like_that_was_on_its_way_when_the_page_was_left_is_done_once(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("Like me over a reload")
    page = await aiko.go("/")
    keys: list[str] = []

    async def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            await route.continue_()

    await page.route("**/like", lose)
    button = page.locator(f"#post-{post} .like")
    await button.click()
    await until(lambda: len(keys) == 1, "it is on its way")
    await page.reload()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await until(lambda: len(keys) == 2, "it goes out again")
    assert keys[0] == keys[1]
    await expect(button).to_have_text("1")
    async with asyncio.timeout(10):
        while not (await aiko.api("GET", f"/api/posts/{post}"))["isLiked"]:
            await page.wait_for_timeout(20)
    await expect(button).to_have_text("1")


#: Every state that the badge shows from now on.
WATCH_BADGE = """() => {
    globalThis.states = [];
    const badge = document.querySelector("connection-badge");
    const look = () => globalThis.states.push(badge.getAttribute("state"));
    new MutationObserver(look).observe(badge, { attributes: true });
}"""


async def test_the_badge_is_silent_about_a_blink_and_tells_of_an_outage(
    person: NewPerson, reader: NewReader
):
    aiko: Person = await person("Aiko")
    ben = await reader(aiko.site, "Ben", worker=False)
    tab = await ben.context.new_page()
    # By chance alone a first try may be late enough to be told of.
    await tab.add_init_script("Math.random = () => 0.01")
    await tab.goto(f"{ben.network.url}/")
    await live(tab)
    await tab.evaluate(WATCH_BADGE)
    ben.network.cut("/ws/")
    await aiko.post("After a blink")
    await waits(tab, 1)
    assert ben.network.asked["/ws/"] == 2
    assert set(await tab.evaluate("states")) <= {"open"}
    ben.network.is_frozen = True
    await ben.context.set_offline(True)
    await live(tab, "reconnecting", seconds=15)
    await expect(tab.locator("connection-badge").last).to_have_text("Reconnecting…")

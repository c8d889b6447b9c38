"""The feed in a real browser: what others do arrives, what one does counts once."""

import json
import re

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.conftest import NewPerson, Person


def card(page: Page, text: str):
    return page.locator("post-card", has_text=text)


def pill(page: Page):
    return page.locator(".pill:visible")


async def write(person: Person, text: str) -> None:
    await person.page.fill("post-composer textarea", text)
    await person.page.press("post-composer textarea", "Control+Enter")


async def test_a_post_of_another_waits_behind_the_pill_until_it_is_used(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    await ben.post("Fog over the bay")
    await expect(pill(page)).to_have_text(re.compile("1 new post$"))
    await ben.post("The fog has gone")
    await expect(pill(page)).to_have_text(re.compile("2 new posts$"))
    await expect(card(page, "Fog over the bay")).to_have_count(0)
    await pill(page).click()
    await expect(page.locator("post-card .text").nth(0)).to_have_text("The fog has gone")
    await expect(page.locator("post-card .text").nth(1)).to_have_text("Fog over the bay")
    await expect(pill(page)).to_have_count(0)


async def test_an_own_post_is_there_at_once_and_once(person: NewPerson):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    held = []
    await page.route("**/api/posts", lambda route: held.append(route))
    await write(aiko, "Written here")
    await expect(card(page, "Written here")).to_have_class(re.compile("sending"))
    await held[0].continue_()
    await expect(card(page, "Written here")).not_to_have_class(re.compile("sending"))
    await expect(card(page, "Written here")).to_have_count(1)
    await page.reload()
    await expect(card(page, "Written here")).to_have_count(1)


async def test_the_echo_of_an_own_post_may_come_before_its_answer(person: NewPerson):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    late = []

    async def hold_the_answer(route):
        late.append((route, await route.fetch()))

    await page.route("**/api/posts", hold_the_answer)
    await write(aiko, "Echo first #valley")
    await expect(card(page, "Echo first").locator(".text a")).to_have_attribute(
        "href", "/tags/valley/"
    )
    await expect(card(page, "Echo first")).to_have_count(1)
    route, answer = late[0]
    await route.fulfill(response=answer)
    await expect(card(page, "Echo first")).to_have_count(1)
    await expect(page.locator("post-card.sending")).to_have_count(0)


async def test_an_own_post_from_another_tab_needs_no_pill(person: NewPerson):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    await aiko.post("From my other tab")
    await expect(card(page, "From my other tab")).to_have_count(1)
    await expect(pill(page)).to_have_count(0)


async def test_a_post_without_a_network_is_tried_again_then_given_back(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    page = await aiko.go("/")
    keys = []

    async def fail(route):
        keys.append(route.request.headers["idempotency-key"])
        await route.abort()

    await page.route("**/api/posts", fail)
    await write(aiko, "Into the void")
    await expect(page.locator("post-composer .wrong")).to_have_text(
        "The server cannot be reached right now.", timeout=10_000
    )
    assert len(keys) == 4
    assert len(set(keys)) == 1
    await expect(card(page, "Into the void")).to_have_count(0)
    await expect(page.locator("post-composer textarea")).to_have_value("Into the void")


async def test_a_post_saved_in_another_process_arrives_within_two_seconds(person: NewPerson):
    aiko = await person("Aiko")
    page = await aiko.go("/")
    aiko.site.shell(
        "from accounts.models import User\nfrom posts.models import Post\n"
        f"Post(author=User.objects.exclude(username={aiko.name!r}).first()"
        " or User.objects.create(username='shell'), body='From a shell').save()"
    )
    await expect(pill(page)).to_have_text(re.compile("1 new post$"), timeout=2_000)


async def test_a_like_counts_at_once_and_everywhere(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    await ben.post("Like this one")
    here, there = await aiko.go("/"), await ben.go("/")
    held = []
    await here.route("**/like", lambda route: held.append(route))
    await card(here, "Like this one").locator(".like").click()
    await expect(card(here, "Like this one").locator(".like")).to_have_text("1")
    await held[0].continue_()
    await expect(card(there, "Like this one").locator(".like")).to_have_text("1")
    await card(there, "Like this one").locator(".like").click()
    for page in (here, there):
        button = card(page, "Like this one").locator(".like")
        await expect(button).to_have_text("2")
        await expect(button).to_have_attribute("aria-pressed", "true")
    await here.unroute("**/like")
    await card(here, "Like this one").locator(".like").click()
    for page in (here, there):
        await expect(card(page, "Like this one").locator(".like")).to_have_text("1")


async def test_a_refused_like_is_taken_back_with_a_word(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    await aiko.post("Not to be liked")
    page = await aiko.go("/")
    refusal = {"error": {"code": "forbidden", "message": "no"}}
    await page.route("**/like", lambda route: route.fulfill(status=403, json=refusal))
    await card(page, "Not to be liked").locator(".like").click()
    await expect(page.locator(".toast")).to_be_visible()
    await expect(card(page, "Not to be liked").locator(".like")).to_have_text("0")


async def test_an_edit_changes_the_card_where_it_stands(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await ben.post("Frist")
    page = await aiko.go("/")
    await expect(card(page, "Frist")).to_have_count(1)
    await ben.api("PATCH", f"/api/posts/{post}", {"body": "First"})
    await expect(page.locator(f"#post-{post} .text")).to_have_text("First")


async def test_a_deleted_post_leaves_the_feed_and_the_pill(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    shown = await ben.post("Shown, then gone")
    page = await aiko.go("/")
    await expect(card(page, "Shown, then gone")).to_have_count(1)
    waiting = await ben.post("Gone before it was seen")
    await expect(pill(page)).to_be_visible()
    for post in (shown, waiting):
        await ben.api("DELETE", f"/api/posts/{post}")
    await expect(pill(page)).to_have_count(0)
    for post in (shown, waiting):
        await expect(page.locator(f"#post-{post}")).to_have_count(0)


async def test_the_author_deletes_a_post_on_the_page(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("A mistake")
    mine, theirs = await aiko.go("/"), await ben.go("/")
    mine.on("dialog", lambda dialog: dialog.accept())
    await theirs.locator(f"#post-{post} .menu summary").click()
    await expect(theirs.locator(f"#post-{post} .sheet:visible button")).to_have_text(
        ["Follow", "Block"]
    )
    await mine.locator(f"#post-{post} .menu summary").click()
    await mine.locator(f"#post-{post} .gone:visible").click()
    for page in (mine, theirs):
        await expect(page.locator(f"#post-{post}")).to_have_count(0)


async def test_a_page_that_was_away_gets_what_it_missed_once_and_in_order(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    sockets: list[WebSocketRoute] = []
    may_connect = True

    async def between(socket: WebSocketRoute) -> None:
        if not may_connect:
            await socket.close(code=1011)
            return
        sockets.append(socket)
        socket.connect_to_server()

    # Playwright reaches a page's sockets, not a worker's.
    await aiko.page.add_init_script("delete globalThis.SharedWorker")
    await aiko.page.route_web_socket(re.compile("/ws/"), between)
    page = await aiko.go("/")
    may_connect = False
    await sockets[0].close(code=1011)
    await expect(page.locator("connection-badge").last).to_have_text("Reconnecting…")
    for number in range(1, 8):
        await ben.post(f"Missed {number}")
    may_connect = True
    await expect(pill(page)).to_have_text(re.compile("7 new posts$"), timeout=20_000)
    await expect(page.locator("connection-badge").last).to_have_text("Live")
    await pill(page).click()
    await expect(page.locator("post-card .text").nth(6)).to_have_text("Missed 1")
    newest = await page.locator("post-card .text").all_inner_texts()
    assert newest[:7] == [f"Missed {number}" for number in range(7, 0, -1)]


async def test_what_happened_between_page_and_socket_is_not_lost(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    waiting = []
    # Playwright reaches a page's sockets, not a worker's.
    await aiko.page.add_init_script("delete globalThis.SharedWorker")
    await aiko.page.route_web_socket(re.compile("/ws/"), lambda socket: waiting.append(socket))
    page = aiko.page
    await page.goto(f"{aiko.site.url}/")
    await ben.post("In between")
    while not waiting:
        await page.wait_for_timeout(20)
    # Only now does the page reach the server.
    waiting[0].connect_to_server()
    await expect(pill(page)).to_have_text(re.compile("1 new post$"))


async def test_what_people_write_is_never_markup(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    page = await aiko.go("/")
    body = "<script>document.title='owned'</script><img src=x onerror=alert(1)> javascript:alert(1)"
    post = await ben.post(body)
    await pill(page).click()
    await expect(page.locator(f"#post-{post} .text")).to_have_text(body)
    for _ in range(2):  # made by the client, then by the page
        assert await page.locator(f"#post-{post} .text").locator("*").count() == 0
        assert await page.title() == "Everyone · Nagare"
        await page.reload()


async def test_a_followers_only_post_reaches_followers_at_home_and_nobody_else(person: NewPerson):
    aiko, ben, chiyo = await person("Aiko"), await person("Ben"), await person("Chiyo")
    page = await aiko.go(f"/@{ben.name}/")
    await page.locator("main .profile [data-follow] button").click()
    await expect(page.locator("main .profile [data-follow] button")).to_have_text("Following")
    home = await aiko.go("/?feed=home")
    everyone = await chiyo.go("/")
    await ben.post("Among friends", visibility="followers")
    await ben.post("For all")
    await expect(pill(home)).to_have_text(re.compile("2 new posts$"))
    await expect(pill(everyone)).to_have_text(re.compile("1 new post$"))


async def test_every_page_has_the_log_position_it_was_made_at(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("#position")
    for path in ("/", "/?feed=home", f"/posts/{post}/", f"/@{aiko.name}/", "/tags/position/"):
        page = await aiko.go(path)
        body = json.loads(await page.evaluate("JSON.stringify({...document.body.dataset})"))
        assert re.fullmatch(r"[0-9a-z]+-\d+", body["cursor"])
        assert re.fullmatch(r"[0-9a-f-]{36}", body["userId"])

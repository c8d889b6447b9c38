"""The like button under a rate, with a server that is late, out of order, and sometimes down."""

import asyncio
from itertools import count

from playwright.async_api import Route, expect

from tests.browser.conftest import NewPerson

#: Twenty clicks in two seconds; every count and state that the button shows meanwhile.
CLICKS = """async (id) => {
    const button = document.querySelector(`#post-${id} .like`);
    const shown = [];
    const look = () => shown.push([button.textContent.trim(), button.getAttribute("aria-pressed")]);
    const watch = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(look).observe(button, watch);
    for (let click = 0; click < 20; click += 1) {
        button.click();
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    window.shown = shown;
}"""


async def test_twenty_clicks_in_two_seconds_end_where_the_server_is(person: NewPerson):
    aiko, ben = await person("Aiko", expect_errors=True), await person("Ben")
    post = await aiko.post("Press me")
    await ben.api("POST", f"/api/posts/{post}/like")
    me = await aiko.api("GET", "/api/users/me")
    page = await aiko.go("/")
    requests = count(1)

    async def late(route: Route) -> None:
        number = next(requests)
        # The first half of the failures is before the server has done it, the rest after.
        answer = None if number % 6 == 3 else await route.fetch()
        # Longer and shorter in turn: the echo is before the answer, or behind it.
        await asyncio.sleep(0.05 if number % 2 else 0.3)
        if number % 3 == 0:
            await route.fulfill(status=503, json={"error": {"code": "unavailable", "message": ""}})
        else:
            await route.fulfill(response=answer)

    await page.route("**/like", late)
    await page.evaluate(CLICKS, post)
    # What is on its way is kept for a reload; at rest nothing is.
    kept = f"sessionStorage.getItem('updates-{me['id']}')"
    async with asyncio.timeout(20):
        while await page.evaluate(kept):
            await page.wait_for_timeout(50)
    told = await aiko.api("GET", f"/api/posts/{post}")
    button = page.locator(f"#post-{post} .like")
    await expect(button).to_have_text(str(told["likeCount"]))
    await expect(button).to_have_attribute("aria-pressed", str(told["isLiked"]).lower())
    # Twenty clicks are as many as none; only Ben's like is left.
    assert (told["likeCount"], told["isLiked"]) == (1, False)
    assert next(requests) > 4
    shown = await page.evaluate("window.shown")
    # Ben's like, and one's own on it or not: at no moment another count, or one without the other.
    assert {tuple(moment) for moment in shown} == {("1", "false"), ("2", "true")}

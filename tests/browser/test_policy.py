"""The Content Security Policy in a real browser: what is not ours does not run, and ours does.

That ours does is in every other test too: a violation is an error in the console, and fails it.
"""

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PASSWORD, NewPerson, Person

HOSTILE = """
<script>document.body.dataset.ran = "inline"</script>
<script src="/static/posts/hostile.js"></script>
<script src="https://evil.example/x.js"></script>
<img src="x" onerror="document.body.dataset.ran = 'handler'">
<a id="bad" href="javascript:document.body.dataset.ran='address'">x</a>
<form id="away" action="https://evil.example/"><button>x</button></form>
"""

#: Does something, and tells which directive refused it.
REFUSED = """new Promise((resolve) => {
    const tell = ({ effectiveDirective }) => resolve(effectiveDirective);
    addEventListener("securitypolicyviolation", tell, { once: true });
    document.querySelector('%s();
})"""


async def inject(page: Page, markup: str) -> None:
    """Lets every page that is loaded have this in it, as if the server had sent it."""

    async def answer(route: Route) -> None:
        response = await route.fetch()
        body = (await response.text()).replace("</body>", f"{markup}</body>")
        await route.fulfill(response=response, body=body)

    await page.route(lambda url: url.endswith("/?hostile"), answer)
    ran = "document.body.dataset.ran = 'file'"
    await page.route("**/hostile.js", lambda route: route.fulfill(body=ran))


async def test_what_is_smuggled_into_a_page_does_not_run(person: NewPerson):
    aiko = await person("Aiko", expect_errors=True)
    refused: list[str] = []
    aiko.page.on("console", lambda message: refused.append(message.text))
    await inject(aiko.page, HOSTILE)
    page = aiko.page
    await page.goto(f"{aiko.site.url}/?hostile")
    # Our own scripts have run; the page is not live, being none of the server's for Chromium.
    await page.locator("post-feed:defined").wait_for(state="attached")
    acts = {"#bad').click": "script-src-elem", "#away').requestSubmit": "form-action"}
    for act, directive in acts.items():
        assert await page.evaluate(REFUSED % act) == directive
    assert page.url == f"{aiko.site.url}/?hostile"
    assert await page.evaluate("document.body.dataset.ran") is None
    told = " ".join(refused)
    for what in ("inline script", "hostile.js", "evil.example/x.js", "inline event handler"):
        assert what in told


async def test_the_page_about_the_api_keeps_to_the_policy(person: NewPerson):
    aiko = await person("Aiko")
    await aiko.page.goto(f"{aiko.site.url}/api/docs")
    await expect(aiko.page.locator("h2").first).to_have_text("Paths")


async def admin(aiko: Person) -> Page:
    """The admin's first page, as somebody who may do everything there."""
    aiko.site.shell(
        "from accounts.models import User\n"
        f"User.objects.filter(username={aiko.name!r}).update(is_staff=True, is_superuser=True)"
    )
    await aiko.page.goto(f"{aiko.site.url}/admin/")
    return aiko.page


async def test_the_admin_works_under_the_policy(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("Seen by the admin")
    page = await admin(aiko)
    # Its theme switch, lists, filters and forms are scripts: each is used once.
    await page.click(".theme-toggle >> visible=true")
    await expect(page.locator("html")).not_to_have_attribute("data-theme", "auto")
    await page.goto(f"{aiko.site.url}/admin/posts/post/")
    await page.check("#action-toggle")
    await expect(page.locator(".action-counter")).to_contain_text("selected")
    await page.goto(f"{aiko.site.url}/admin/posts/post/{post}/change/")
    await expect(page.locator("textarea[name=body]")).to_have_value("Seen by the admin")
    await page.fill("textarea[name=body]", "Changed by the admin")
    await page.click("[name=_continue]")
    await expect(page.locator(".messagelist .success")).to_be_visible()
    await page.goto(f"{aiko.site.url}/admin/accounts/user/add/")
    await page.fill("[name=username]", f"new-{aiko.name}")
    await page.fill("[name=password1]", PASSWORD)
    await page.fill("[name=password2]", PASSWORD)
    await page.click("[name=_save]")
    await expect(page.locator(".messagelist .success")).to_be_visible()

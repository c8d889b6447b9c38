"""A post with its comments, in two browsers at once."""

from playwright.async_api import expect

from tests.browser.conftest import NewPerson


async def test_comments_appear_on_both_pages_once_and_in_order(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Talk to me")
    here, there = await aiko.go(f"/posts/{post}/"), await ben.go(f"/posts/{post}/")
    for page, text in ((here, "One"), (there, "Two"), (here, "Three")):
        await page.fill(".reply textarea", text)
        await page.press(".reply textarea", "Control+Enter")
        for other in (here, there):
            await expect(other.locator(".comment").last).to_contain_text(text)
    for page in (here, there):
        await expect(page.locator(".comment .text")).to_have_text(["One", "Two", "Three"])
        await expect(page.locator(".comment.sending")).to_have_count(0)
        await expect(page.locator(".thread-title .count")).to_have_text("3")
        await expect(page.locator("post-card [data-slot=comments]")).to_have_text("3")


async def test_comments_count_in_the_feed_as_they_come(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Count them")
    page = await aiko.go("/")
    comment = await ben.api("POST", f"/api/posts/{post}/comments", {"body": "First"})
    count = page.locator(f"#post-{post} [data-slot=comments]")
    await expect(count).to_have_text("1")
    await ben.api("DELETE", f"/api/comments/{comment['id']}")
    await expect(count).to_have_text("0")


async def test_the_author_of_a_post_deletes_a_comment_under_it(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Be kind")
    await ben.api("POST", f"/api/posts/{post}/comments", {"body": "Unkind"})
    here, there = await aiko.go(f"/posts/{post}/"), await ben.go(f"/posts/{post}/")
    here.on("dialog", lambda dialog: dialog.accept())
    await here.locator(".comment .menu summary").click()
    await here.locator(".comment .gone").click()
    for page in (here, there):
        await expect(page.locator(".comment")).to_have_count(0)
        await expect(page.locator(".thread-title .count")).to_have_text("0")


async def test_an_edited_comment_says_so(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("Under this")
    comment = await aiko.api("POST", f"/api/posts/{post}/comments", {"body": "Tpyo"})
    page = await aiko.go(f"/posts/{post}/")
    await page.wait_for_timeout(1_100)  # an edit within the second is none
    await aiko.api("PATCH", f"/api/comments/{comment['id']}", {"body": "Typo"})
    await expect(page.locator(".comment .text")).to_have_text("Typo")
    await expect(page.locator(".comment .edited")).to_be_visible()


async def test_a_thread_whose_post_is_deleted_says_so(person: NewPerson):
    aiko, ben = await person("Aiko"), await person("Ben")
    post = await aiko.post("Not for long")
    page = await ben.go(f"/posts/{post}/")
    await aiko.api("DELETE", f"/api/posts/{post}")
    await expect(page.locator(".toast")).to_have_text("This post is no longer there.")
    await expect(page.locator(".reply")).to_have_count(0)


async def test_a_long_thread_begins_with_its_newest_comments(person: NewPerson):
    aiko = await person("Aiko")
    post = await aiko.post("Much to say")
    aiko.site.shell(
        "from posts.models import Comment, Post\n"
        f"post = Post.objects.get(pk={post!r})\n"
        "for number in range(1, 53):\n"
        "    Comment(post=post, author=post.author, body=f'Number {number}').save()\n"
    )
    page = await aiko.go(f"/posts/{post}/")
    await expect(page.locator(".comment")).to_have_count(50)
    await expect(page.locator(".comment .text").last).to_have_text("Number 52")
    await page.click("text=Earlier comments")
    await expect(page.locator(".comment .text")).to_have_text(["Number 1", "Number 2"])

"""A decision made in one process acts in every other, within two seconds."""

import time

from tests.clients import Api, Live

MODERATE = """
from moderation.decisions import decide
from moderation.models import Action
from accounts.models import User
from posts.models import Post
from django.utils import timezone
root = User.objects.create_superuser("root-{name}")
user = User.objects.get(pk="{user}")
post = Post.objects.get(pk="{post}")
decide(root, Action.HIDE, post, reason="No.")
decide(root, Action.SUSPEND, user, reason="No.", until=timezone.now() + timezone.timedelta(hours=1))
print(timezone.now().timestamp())
"""


async def close_code(live):
    try:
        while True:
            await live.next(5)
    except Exception:
        return live.socket.close_code


async def test_a_decision_in_another_process_empties_feeds_and_closes_sockets_in_two_seconds(
    live_site,
):
    author = await Api.register(live_site.url, "author")
    reader = await Api.register(live_site.url, "reader")
    post = (await author.post("/api/posts", {"body": "Not for long"}))["id"]
    theirs = await Live.open(live_site.ws_url, author.token)
    watching = await Live.open(live_site.ws_url, reader.token)
    done = live_site.shell(MODERATE.format(name=author.id, user=author.id, post=post))
    gone = await watching.event("post:deleted")
    assert gone["payload"]["reason"] == "moderation"
    assert await close_code(theirs) == 4003
    assert time.time() - float(done) < 2
    status, answer = await author.call("GET", "/api/posts")
    assert (status, answer["error"]["code"]) == (403, "suspended")
    await watching.close()

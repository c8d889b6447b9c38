"""Who was away gets what was missed, in order and once, while new posts keep coming."""

import asyncio

from tests.clients import Api, Live
from tests.servers import Site

SAVE = """
from accounts.models import User
from posts.models import Post
author = User.objects.get(pk={author!r})
for number in range({count}):
    Post.objects.create(author=author, body=f"{name} {{number}}")
"""


async def save(site: Site, author: Api, name: str, count: int) -> None:
    """Save posts in another process."""
    code = SAVE.format(author=author.id, name=name, count=count)
    await asyncio.to_thread(site.shell, code)


async def test_a_thousand_posts_saved_while_a_socket_was_closed_come_by_sync(live_site: Site):
    reader, author = await Api.register(live_site.url), await Api.register(live_site.url)
    live = await Live.open(live_site.ws_url, reader.token)
    cursor = live.cursor
    await live.close()
    await save(live_site, author, "missed", 1000)

    live = await Live.open(live_site.ws_url, reader.token)
    coming = asyncio.create_task(save(live_site, author, "new", 50))
    frames, complete = [], False
    while not complete:
        page = await live.command("sync:request", {"cursor": cursor, "limit": 300})
        frames += page["payload"]["events"]
        cursor, complete = page["payload"]["cursor"], page["payload"]["complete"]
    while len(frames) < 1050:
        frames.append(await live.event("post:created"))
    await coming
    bodies = [frame["payload"]["post"]["body"] for frame in frames]
    expected = [f"missed {n}" for n in range(1000)] + [f"new {n}" for n in range(50)]
    assert bodies == expected
    seqs = [int(frame["seq"]) for frame in frames]
    assert seqs == sorted(set(seqs))
    await live.close()


async def test_a_transaction_that_rolls_back_is_never_heard_of(live_site: Site):
    reader, author = await Api.register(live_site.url), await Api.register(live_site.url)
    live = await Live.open(live_site.ws_url, reader.token)
    live_site.shell(
        "from accounts.models import User; from posts.models import Post\n"
        "from realtime.transactions import atomic\n"
        f"author = User.objects.get(pk='{author.id}')\n"
        "try:\n"
        "    with atomic():\n"
        "        Post.objects.create(author=author, body='never')\n"
        "        raise RuntimeError\n"
        "except RuntimeError:\n"
        "    Post.objects.create(author=author, body='after')\n"
    )
    assert (await live.event())["payload"]["post"]["body"] == "after"
    await live.close()

"""One script of thirty steps: a socket and a poll see the same frames."""

from typing import Any

import pytest

from tests.clients import Api, Live
from tests.servers import Site


async def thirty_steps(ann: Api, bob: Api) -> int:
    """What two people do; how many events a third person is to see of it."""
    posts, comments, done = [], [], 0

    async def step(method: str, path: str, body: Any = None) -> Any:
        nonlocal done
        status, answer = (
            await ann.call(method, path, body) if done % 2 else await bob.call(method, path, body)
        )
        assert status < 300, (method, path, answer)
        done += 1
        return answer

    for count in range(10):
        posts.append(
            (await step("POST", "/api/posts", {"body": f"step {count} #tag{count}"}))["id"]
        )
    for count in range(6):
        path = f"/api/posts/{posts[count]}/comments"
        comments.append((await step("POST", path, {"body": f"comment {count}"}))["id"])
    for count in range(6):
        await step("POST", f"/api/posts/{posts[count]}/like")
    for count in range(0, 4):
        await step("PATCH", f"/api/posts/{posts[count]}", {"body": f"edited {count} #new"})
    await step("DELETE", f"/api/posts/{posts[4]}/like")
    await step("DELETE", f"/api/posts/{posts[5]}/like")
    await step("DELETE", f"/api/comments/{comments[0]}")
    await step("DELETE", f"/api/posts/{posts[9]}")
    assert done == 30
    return done


async def by_socket(site: Site, reader: Api, cursor: str, count: int) -> list[Any]:
    live = await Live.open(site.ws_url, reader.token, f"/ws/?cursor={cursor}")
    frames: list[Any] = []
    while len(frames) < count:
        frame = await live.next()
        frames += frame["payload"]["events"] if frame["type"] == "sync:response" else [frame]
    await live.close()
    return frames


async def by_polling(reader: Api, cursor: str, limit: int) -> list[Any]:
    frames: list[Any] = []
    more = True
    while more:
        page = await reader.get("/api/realtime/poll", lastEventId=cursor, limit=limit)
        frames += page["events"]
        cursor, more = page["cursor"], page["hasMore"]
    return frames


@pytest.mark.parametrize("limit", [7, 500])
async def test_a_socket_and_a_poll_see_the_same_frames(live_site: Site, limit: int) -> None:
    ann, bob, cat = [await Api.register(live_site.url) for _ in range(3)]
    live = await Live.open(live_site.ws_url, cat.token)
    await thirty_steps(ann, bob)
    # The post that is deleted at the end is withdrawn from every replay: 2 of the events.
    as_it_came = [await live.event() for _ in range(30)]
    polled = await by_polling(cat, live.cursor, limit)
    socket = await by_socket(live_site, cat, live.cursor, len(polled))
    assert socket == polled
    assert polled == [frame for frame in as_it_came if frame in polled]
    withdrawn = [frame["type"] for frame in as_it_came if frame not in polled]
    assert withdrawn == ["post:created", "comment:added"]
    await live.close()

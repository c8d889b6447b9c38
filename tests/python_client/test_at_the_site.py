"""The Python client at the real server: what is killed, and what is not lost for it."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from realtime_client import Closed, CommandError, RealtimeClient
from tests.clients import PASSWORD, Api
from tests.servers import ROOT
from tests.tutorial.blocks import write_all

WRITE = """
from accounts.models import User
from posts.actions import create_post
for body in {bodies!r}: create_post(User.objects.get(pk={user!r}), body)
"""


def soon():
    return 0.02


async def bodies(client, last):
    """What is posted, up to this one."""
    found = []
    async with asyncio.timeout(30):
        async for frame in client:
            if frame.type == "post:created":
                found.append(frame.payload["post"]["body"])
                if found[-1] == last:
                    return found


def client_of(api, site, **options):
    return RealtimeClient(f"{site.ws_url}/ws/", headers=api.bearer, rng=soon, **options)


async def test_a_server_that_is_killed_loses_nothing_and_repeats_nothing(start_site):
    site = start_site()
    writer, reader = [await Api.register(site.url, name) for name in ("ben", "aiko")]
    wanted = []
    async with client_of(reader, site) as client:
        for round_ in range(2):
            live = [f"{round_}.{number}" for number in range(4)]
            for body in live:
                await writer.post("/api/posts", {"body": body})
            site.kill()
            dead = [f"{round_}.dead {number}" for number in range(3)]
            code = WRITE.format(bodies=dead, user=writer.id)
            await asyncio.to_thread(site.shell, code)
            await asyncio.to_thread(site.start)
            wanted += live + dead
        await writer.post("/api/posts", {"body": "the end"})
        assert await bodies(client, "the end") == [*wanted, "the end"]
        assert set(client.ends) == {1006}


async def test_one_that_begins_with_a_kept_cursor_goes_on_behind_it(live_site):
    writer, reader = [await Api.register(live_site.url, name) for name in ("ben", "aiko")]
    async with client_of(reader, live_site) as client:
        await writer.post("/api/posts", {"body": f"one {writer.id}"})
        await bodies(client, f"one {writer.id}")
        await writer.post("/api/posts", {"body": f"two {writer.id}"})
        async for frame in client:
            if frame.seq is not None and frame.payload.get("post", {}).get("body", "")[:3] == "two":
                break
        kept = client.cursor  # "two" is not done with
    async with client_of(reader, live_site, cursor=kept) as client:
        found = await bodies(client, f"two {writer.id}")
        assert f"one {writer.id}" not in found
        assert client.welcome["user"]["id"] == reader.id


async def test_commands_and_what_the_server_says_to_them(live_site):
    reader = await Api.register(live_site.url, "aiko")
    async with client_of(reader, live_site) as client:
        assert (await client.join("hashtag:Tea"))["room"] == "hashtag:tea"
        assert client.rooms == ["hashtag:tea"]
        assert (await client.leave("hashtag:Tea")) == {"room": "hashtag:tea"}
        assert client.rooms == []
        with pytest.raises(CommandError) as refused:
            await client.join("user:somebody")
        assert refused.value.code in ("forbidden", "unknown_room")


async def test_a_token_that_is_none_is_the_end(live_site):
    async def token():
        return "no token"

    with pytest.raises(Closed, match="4001"):
        async with RealtimeClient(f"{live_site.ws_url}/ws/", token=token):
            pass


async def test_the_bot_of_the_docs_misses_nothing_whatever_is_killed(start_site, tmp_path):
    site = start_site()
    writer, bot = [await Api.register(site.url, name) for name in ("ben", "bot")]
    write_all("python-client.md", tmp_path)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "clients/python"),
        "SITE": site.url,
        "BOT": bot.user["username"],
        "BOT_PASSWORD": PASSWORD,
    }

    def start():
        command = [sys.executable, "bot.py"]
        return subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)

    async def said(process):
        return (await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), 30)).strip()

    async def until_it_keeps_a_cursor():
        async with asyncio.timeout(30):
            while not (tmp_path / "cursor.txt").exists():
                await asyncio.sleep(0.05)

    process = start()
    try:
        await until_it_keeps_a_cursor()
        post = await writer.post("/api/posts", {"body": "one"})
        assert await said(process) == "one"
        site.kill()
        await asyncio.to_thread(site.start)
        await writer.post("/api/posts", {"body": "two"})
        assert await said(process) == "two"
        process.send_signal(signal.SIGKILL)
        process.wait()
        await writer.post("/api/posts", {"body": "three"})
        process = start()
        # "two" again only where it was killed between the frame and its cursor.
        assert await said(process) in ("two", "three")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    command = [sys.executable, "typing_bot.py", post["id"]]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout) == (0, "unknown_room\n"), done.stderr

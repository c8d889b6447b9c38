"""The log of a site in production: who asked for what, and how it went, and no secret in it."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.clients import PASSWORD, Api, Json, Live
from tests.conftest import StartSite
from tests.servers import PRODUCTION, ROOT, Site, wait_until
from tests.stories.test_operations import serve


def lines(site: Site) -> list[Json]:
    """All that a site has written, each line by itself."""
    return [json.loads(line) for line in site.log().splitlines()]


def told(site: Site, **wanted: object) -> Json:
    """The line that says this, as soon as it is there."""
    found: list[Json] = []

    def is_there() -> bool:
        found[:] = [one for one in lines(site) if wanted.items() <= one.items()]
        return bool(found)

    wait_until(is_there, seconds=5, what=f"a line with {wanted}")
    return found[-1]


async def test_each_request_and_each_socket_is_told_once_with_who_it_was(
    start_site: StartSite,
) -> None:
    site = start_site(**PRODUCTION)
    reader = await Api.register(site.url)
    await reader.get("/api/posts", limit=1)
    one = told(site, method="GET", path="/api/posts")
    assert (one["level"], one["status"], one["user"]) == ("INFO", 200, reader.id)
    assert one["client"] == "127.0.0.1"
    assert 0 < one["seconds"] < 5

    live = await Live.open(site.ws_url, reader.token)
    await live.command("room:join", {"room": "presence"})
    connection = live.welcome["payload"]["connectionId"]
    for _ in range(5):  # delivered, and told of the requests alone
        await reader.post("/api/posts", {"body": "news"})
        await live.event()
    await live.close()
    closed = told(site, code=1000)
    assert (closed["connection"], closed["user"]) == (connection, reader.id)
    assert (closed["transport"], closed["frames"], closed["path"]) == ("websocket", 1, "/ws/")
    of_socket = [one for one in lines(site) if one.get("connection") == connection]
    assert [one["message"].split(":")[0] for one in of_socket] == [
        "websocket opened",
        "websocket closed",
    ]
    assert {one["request"] for one in of_socket} == {closed["request"]}

    stranger = await Live.connect(site.ws_url)
    await stranger.send("heartbeat")
    await stranger.next()
    await stranger.close()
    wait_until(
        lambda: any(one.get("code") == 1000 and "user" not in one for one in lines(site)),
        seconds=5,
        what="a close of nobody's",
    )
    with pytest.raises(InvalidStatus):
        await connect(f"{site.ws_url}/nowhere/")
    assert told(site, path="/nowhere/")["status"] == 403


async def test_a_close_of_ours_is_told_with_its_code(start_site: StartSite) -> None:
    site = start_site(**PRODUCTION)
    async with connect(
        f"{site.ws_url}/ws/", additional_headers={"Authorization": "Bearer x"}
    ) as one:
        await one.wait_closed()
    assert "user" not in told(site, code=4001)


@pytest.mark.parametrize(
    ("trusted", "given", "is_taken"),
    [
        ("127.0.0.1", "abc-123", True),
        ("", "abc-123", False),
        ("127.0.0.1", "a b", False),
        ("127.0.0.1", "x" * 200, False),
    ],
)
async def test_a_request_has_the_id_that_a_trusted_proxy_gave_it(
    start_site: StartSite, trusted: str, given: str, is_taken: bool
) -> None:
    site = start_site(**PRODUCTION, TRUSTED_PROXIES=trusted)
    answered = await asyncio.to_thread(_request_id, f"{site.url}/api/posts", given)
    assert (answered == given) is is_taken
    assert told(site, path="/api/posts")["request"] == answered
    async with connect(f"{site.ws_url}/ws/", additional_headers={"X-Request-ID": given}) as one:
        assert one.response is not None
        answered = one.response.headers["X-Request-ID"]
    assert (answered == given) is is_taken
    assert told(site, transport="websocket", code=1000)["request"] == answered


def _request_id(url: str, given: str) -> str:
    """The id with which a request is answered that claims this one."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers={"X-Request-ID": given}), timeout=10
        ) as answer:
            return str(answer.headers["X-Request-ID"])
    except urllib.error.HTTPError as error:
        return str(error.headers["X-Request-ID"])


async def test_no_secret_of_a_visit_is_in_the_log_at_any_level(start_site: StartSite) -> None:
    site = start_site(**PRODUCTION, LOG_LEVEL="DEBUG", METRICS_TOKEN="metrics-word")
    reader = await Api.register(site.url)
    headers = {"Cookie": "sessionid=cookieword; csrftoken=csrfword"}
    await reader.call("GET", f"/api/posts?token={reader.token}", headers=headers)
    await reader.call("GET", "/metrics", headers={"Authorization": "Bearer metrics-word"})
    await reader.call("POST", "/api/auth/token", {"username": "x", "password": "wrongword"})
    live = await Live.connect(site.ws_url, f"/ws/?token={reader.token}")
    await live.send("auth", {"token": reader.token})
    assert (await live.next())["type"] == "connect"
    await live.close()
    told(site, code=1000)
    log = site.log()
    for secret in (reader.token, "cookieword", "csrfword", "metrics-word", "wrongword", PASSWORD):
        assert secret not in log


async def test_an_event_is_found_by_its_seq_and_by_the_request_that_caused_it(
    start_site: StartSite,
) -> None:
    site = start_site(**PRODUCTION, LOG_LEVEL="DEBUG")
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    await reader.post("/api/posts", {"body": "to be found"})
    seq = int((await live.event("post:created"))["seq"])
    await live.close()
    assert told(site, seq=seq)["event"] == "post:created"
    caused = told(site, event="post:created", logger="realtime.log")
    assert told(site, method="POST", path="/api/posts")["request"] == caused["request"]
    assert caused["user"] == reader.id


async def test_a_path_cannot_write_a_line(start_site: StartSite) -> None:
    site = start_site(**PRODUCTION)
    await Api(site.url).call("GET", "/api/%0d%0aforged")
    told(site, path=r"/api/\r\nforged")


async def test_machines_that_ask_every_second_do_not_fill_the_log(start_site: StartSite) -> None:
    site = start_site(**PRODUCTION)
    await Api(site.url).call("GET", "/healthz")
    await Api(site.url).call("GET", "/api/posts")
    told(site, path="/api/posts")
    assert [one for one in lines(site) if one.get("path") == "/healthz"] == []


def test_a_level_that_there_is_not_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert "LOG_LEVEL='LOUD'" in serve(tmp_path, DEBUG="1", LOG_LEVEL="loud")


def test_in_development_the_log_is_text_for_people() -> None:
    code = "import logging; logging.getLogger('x').warning('hello')"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "DEBUG": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stderr.endswith(" WARNING x: hello\n")

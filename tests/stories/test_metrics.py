"""What Prometheus is told: the truth, by whichever worker, and nobody else is told."""

import asyncio
import re
import urllib.request

import pytest

from tests.clients import Api, Live
from tests.conftest import StartSite
from tests.servers import Server, Site


def scraped(site: Site, **headers: str) -> dict[str, float]:
    request = urllib.request.Request(f"{site.url}/metrics", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return {name: float(value) for name, value in re.findall(r"^(\w\S*) (\S+)$", text, re.M)}


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_what_happens_is_counted_once_whoever_is_asked(
    start_site: StartSite, redis_server: Server, workers: str
) -> None:
    site = start_site(redis_url=redis_server.url, workers=workers)
    reader = await Api.register(site.url)
    sockets = [await Live.open(site.ws_url, reader.token) for _ in range(4)]
    await reader.post("/api/posts", {"body": "counted"})
    for live in sockets:
        await live.event("post:created")
    await sockets[0].send("nothing")
    assert (await sockets[0].next())["type"] == "error"
    for _ in range(3):  # by chance another worker
        now = await asyncio.to_thread(scraped, site)
        assert now['realtime_connections{transport="websocket"}'] == 4
        assert now["realtime_deliveries_total"] == 4
        assert now['realtime_frame_errors_total{code="unknown_type"}'] == 1
        # Each worker hands it out.
        assert now['realtime_events_total{type="post:created"}'] == int(workers)
        assert now["realtime_lag_seconds_count"] == int(workers)
    for live in sockets:
        await live.close()
    for _ in range(50):
        now = await asyncio.to_thread(scraped, site)
        if now['realtime_connections{transport="websocket"}'] == 0:
            break
        await asyncio.sleep(0.1)
    assert now['realtime_connections{transport="websocket"}'] == 0


async def test_from_elsewhere_it_needs_the_token(start_site: StartSite) -> None:
    site = start_site(METRICS_TOKEN="a secret word", TRUSTED_PROXIES="127.0.0.1")
    api = Api(site.url)
    from_elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    for token, status in (("", 401), ("another word", 401), ("a secret word", 200)):
        headers = from_elsewhere | ({"Authorization": f"Bearer {token}"} if token else {})
        assert (await api.call("GET", "/metrics", headers=headers))[0] == status
    assert (await api.call("GET", "/metrics/"))[0] == 200


async def test_a_proxy_on_this_machine_makes_nobody_local(live_site: Site) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7"}
    assert (await Api(live_site.url).call("GET", "/metrics", headers=headers))[0] == 401

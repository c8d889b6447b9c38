"""Alerts, dashboard and /metrics fit together, as the real promtool sees them."""

import asyncio
import json
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.clients import Api, Live
from tests.conftest import StartSite
from tests.servers import ROOT, Missing, Server, Site, program

RULES = ROOT / "deploy/prometheus/alerts.yml"
UNIT_TESTS = ROOT / "tests/deploy/alerts_test.yml"
ALERTS = {rule["alert"]: rule for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]}
DASHBOARD = json.loads((ROOT / "deploy/grafana.json").read_text())
#: The words of one query each, as Grafana would send them.
QUERIES = [
    target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", [])
]


@pytest.fixture(scope="module")
def promtool() -> str:
    try:
        return program("promtool", package="prometheus")
    except Missing as missing:
        pytest.skip(str(missing))


def run(promtool: str, *arguments: object, stdin: str = "", good: bool = True) -> str:
    done = subprocess.run(
        [promtool, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode == 0) is good, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
async def exposition(start_site: StartSite, redis_server: Server) -> str:
    """What Prometheus is told by two workers who have something to tell."""
    site = start_site(redis_url=redis_server.url, workers="2")
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    await reader.post("/api/posts", {"body": "measured"})
    await live.event()
    await live.send("nothing")
    await live.next()
    await live.close()
    return await asyncio.to_thread(_scraped, f"{site.url}/metrics")


def _scraped(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def names(exposition: str) -> set[str]:
    """What may stand in a query."""
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", exposition, re.M):
        parts = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        found |= {name + part for part in parts}
    return found


async def test_prometheus_takes_what_it_is_told(promtool: str, exposition: str) -> None:
    said = run(promtool, "check", "metrics", stdin=exposition)
    assert said == ""


async def test_every_metric_of_dashboard_and_alerts_is_told(live_site: Site) -> None:
    exposition = await asyncio.to_thread(_scraped, f"{live_site.url}/metrics")
    asked = set(re.findall(r"realtime_\w+", " ".join(QUERIES) + RULES.read_text()))
    assert len(asked) > 12
    assert asked - names(exposition) == set()


async def test_the_site_says_how_much_it_takes_and_that_it_is_not_behind(exposition: str) -> None:
    told = dict(re.findall(r"^(\w\S*) (\S+)$", exposition, re.M))
    assert float(told["realtime_max_connections"]) == 40_000  # of two workers
    assert float(told["realtime_log_behind"]) == 0
    assert float(told["realtime_draining"]) == 0
    assert float(told['realtime_request_seconds_count{status="2xx"}']) == 2


def test_the_rules_are_rules(promtool: str) -> None:
    assert f"SUCCESS: {len(ALERTS)} rules found" in run(promtool, "check", "rules", RULES)


def test_each_alert_fires_when_it_should_and_only_then(promtool: str) -> None:
    assert "SUCCESS" in run(promtool, "test", "rules", UNIT_TESTS)
    for name in ALERTS:
        assert UNIT_TESTS.read_text().count(name) == 2  # silent, and not


def test_promtool_finds_an_alert_that_does_not_fire(promtool: str, tmp_path: Path) -> None:
    for name, text in {
        "deploy/prometheus/alerts.yml": RULES.read_text().replace("> 0.8", "> 0.99"),
        "tests/deploy/alerts_test.yml": UNIT_TESTS.read_text(),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    assert "FAILED" in run(
        promtool, "test", "rules", tmp_path / "tests/deploy/alerts_test.yml", good=False
    )


def test_prometheus_takes_its_configuration(promtool: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    text = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    (tmp_path / "alerts.yml").write_text(RULES.read_text())
    (tmp_path / "prometheus.yml").write_text(
        text.replace("/etc/prometheus/realtime-token", str(token))
    )
    assert "SUCCESS" in run(promtool, "check", "config", tmp_path / "prometheus.yml")


def test_every_query_of_the_dashboard_is_one(promtool: str, tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": text} for number, text in enumerate(QUERIES)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"SUCCESS: {len(QUERIES)} rules found" in run(promtool, "check", "rules", file)


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (at["x"] + right, at["y"] + down) for right in range(at["w"]) for down in range(at["h"])
        }
        assert cells & taken == set(), panel["title"]
        assert max(x for x, _y in cells) < 24
        taken |= cells


def test_each_alert_has_a_page_of_what_to_do() -> None:
    page = (ROOT / "docs/operating/alerts.md").read_text()
    assert re.findall(r"^## (Realtime\w+)$", page, re.M) == list(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/operating/alerts.md#{name.lower()}"

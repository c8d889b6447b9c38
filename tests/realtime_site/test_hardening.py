"""What the site sends with HTTPS_ONLY on, as a proxy that speaks TLS hands it on."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import _sites
from tests.servers import Site

PASSWORD = "a-long-way-to-kyoto"


class Browser:
    """Keeps its cookies, and comes by https unless told otherwise; follows no redirect."""

    def __init__(self, site: Site) -> None:
        self.host = f"127.0.0.1:{site.port}"
        self.cookies: SimpleCookie = SimpleCookie()

    def send(
        self, method: str, path: str, body: Any = None, *, https: bool = True, **headers: str
    ) -> http.client.HTTPResponse:
        """The answer, its body in ``.text``; a dict is sent as a form, text as JSON."""
        sent = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())}
        sent |= {"X-Forwarded-Proto": "https"} if https else {}
        if body is not None:
            kind = "application/json" if isinstance(body, str) else "x-www-form-urlencoded"
            sent["Content-Type"] = kind if "/" in kind else f"application/{kind}"
            body = body if isinstance(body, str) else urlencode(body)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(line)
        return answer

    @property
    def origin(self) -> str:
        return f"https://{self.host}"

    @property
    def csrf(self) -> str:
        return self.cookies["csrftoken"].value


@pytest.fixture(scope="module")
def site(server_folder: Callable[[str], Path], migrated_sqlite: Path) -> Iterator[Site]:
    for start in _sites(server_folder, migrated_sqlite):
        yield start(HTTPS_ONLY="1", TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture
def stranger(site: Site) -> Browser:
    return Browser(site)


@pytest.fixture(scope="module")
def reader(site: Site) -> Browser:
    """Somebody who has signed up by the page."""
    browser = Browser(site)
    browser.send("GET", "/signup/")
    before = set(browser.cookies)
    form = {"username": "reader", "password": PASSWORD, "csrfmiddlewaretoken": browser.csrf}
    answer = browser.send("POST", "/signup/", form, Origin=browser.origin)
    assert (answer.status, before) == (302, {"csrftoken"}), answer.text
    return browser


def test_http_leads_to_https_and_sets_no_cookie(stranger: Browser) -> None:
    for path in ("/login/", "/api/posts"):
        answer = stranger.send("GET", path, https=False)
        assert (answer.status, answer.headers["Location"]) == (301, f"{stranger.origin}{path}")
        assert "Set-Cookie" not in answer.headers
    assert stranger.send("GET", "/healthz", https=False).status == 200


def test_a_client_cannot_claim_https_by_itself(site: Site) -> None:
    """Only what its proxy says last counts, of one that is trusted: see test_proxies.py."""
    answer = Browser(site).send(
        "GET", "/login/", https=False, X_Forwarded_Ssl="on", Forwarded="proto=https"
    )
    assert answer.status == 301


def test_browsers_are_told_to_come_by_https_for_a_year(stranger: Browser) -> None:
    for path in ("/login/", "/api/posts", "/nowhere/"):
        assert stranger.send("GET", path).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_no_cookie_goes_by_http_and_no_script_reads_the_session(reader: Browser) -> None:
    reader.send(
        "POST",
        "/theme/",
        {"theme": "dark", "csrfmiddlewaretoken": reader.csrf},
        Origin=reader.origin,
    )
    reader.send(
        "POST",
        "/i18n/setlang/",
        {"language": "en", "csrfmiddlewaretoken": reader.csrf},
        Origin=reader.origin,
    )
    assert set(reader.cookies) == {"csrftoken", "sessionid", "theme", "django_language"}
    for name, cookie in reader.cookies.items():
        assert (name, cookie["secure"], cookie["samesite"]) == (name, True, "Lax")
        assert not cookie["domain"]
    assert reader.cookies["sessionid"]["httponly"]


def test_a_page_may_run_and_reach_only_what_is_ours(reader: Browser) -> None:
    told = reader.send("GET", "/").headers["Content-Security-Policy"]
    policy = dict(part.split(" ", 1) for part in told.split("; "))
    assert policy["default-src"] == "'none'"
    assert re.fullmatch(r"'nonce-[\w-]{20,}'", policy["script-src"])
    assert policy["connect-src"] == f"'self' wss://{reader.host}"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_nothing_may_be_framed(stranger: Browser) -> None:
    for path in ("/login/", "/api/docs", "/admin/login/"):
        answer = stranger.send("GET", path)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_other_sites_learn_no_address_and_get_no_window(stranger: Browser) -> None:
    for path in ("/login/", "/api/posts"):
        answer = stranger.send("GET", path)
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_page_may_use_no_camera_and_no_other_power(stranger: Browser) -> None:
    told = stranger.send("GET", "/login/").headers["Permissions-Policy"]
    assert told == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_a_type_is_what_it_says(reader: Browser) -> None:
    for path in ("/", "/api/posts", "/static/realtime/client.js"):
        assert reader.send("GET", path).headers["X-Content-Type-Options"] == "nosniff"


def test_no_cache_keeps_what_one_reader_was_shown(reader: Browser) -> None:
    assert reader.send("GET", "/").headers["Cache-Control"] == "private, no-cache"
    for path in ("/api/users/me", "/api/realtime/poll"):
        assert reader.send("GET", path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 403),
        ({"X_CSRFToken": "{csrf}"}, 403),  # from nowhere
        ({"X_CSRFToken": "{csrf}", "Origin": "https://evil.example"}, 403),
        ({"X_CSRFToken": "{csrf}", "Referer": "https://evil.example/"}, 403),
        ({"X_CSRFToken": "{csrf}", "Origin": "http://{host}"}, 403),
        ({"X_CSRFToken": "x" * 64, "Origin": "https://{host}"}, 403),
        ({"X_CSRFToken": "{csrf}", "Origin": "https://{host}"}, 201),
        ({"X_CSRFToken": "{csrf}", "Referer": "https://{host}/"}, 201),
    ],
)
def test_a_write_by_session_comes_from_our_own_page(
    reader: Browser, sent: dict[str, str], status: int
) -> None:
    own = {"csrf": reader.csrf, "host": reader.host}
    headers = {name: value.format_map(own) for name, value in sent.items()}
    answer = reader.send("POST", "/api/posts", '{"body": "hello"}', **headers)
    assert answer.status == status
    if status == 403:
        assert json.loads(answer.text)["error"]["code"] == "forbidden"


def test_a_form_comes_from_our_own_page(reader: Browser) -> None:
    form = {"body": "hello", "csrfmiddlewaretoken": reader.csrf}
    assert reader.send("POST", "/posts/", form, Origin="https://evil.example").status == 403
    assert reader.send("POST", "/posts/", {"body": "hello"}, Origin=reader.origin).status == 403
    assert reader.send("POST", "/posts/", form, Origin=reader.origin).status == 302


def test_a_log_in_gives_a_new_session_and_a_new_csrf_token(site: Site, reader: Browser) -> None:
    """What somebody may have planted in the browser before is worth nothing afterwards."""
    browser = Browser(site)
    browser.send("GET", "/login/")
    planted = browser.csrf
    browser.cookies["sessionid"] = "a" * 32
    form = {"username": "reader", "password": PASSWORD, "csrfmiddlewaretoken": planted}
    assert browser.send("POST", "/login/", form, Origin=browser.origin).status == 302
    assert browser.cookies["sessionid"].value not in ("a" * 32, reader.cookies["sessionid"].value)
    assert browser.csrf != planted

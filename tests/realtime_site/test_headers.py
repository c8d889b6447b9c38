"""What every page tells the browser to refuse."""

import re

import pytest
from django.test import Client

from realtime_site.headers import Nonce, policy
from tests.api import person

pytestmark = pytest.mark.django_db


def sources(answer) -> dict[str, str]:
    """The policy of an answer: directive → what it allows."""
    parts = answer["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.mark.parametrize(
    "path", ["/login/", "/signup/", "/api/docs", "/api/docs/events", "/admin/login/", "/nowhere/"]
)
def test_every_page_allows_nothing_inline_and_nothing_from_another_host(path: str) -> None:
    told = sources(Client().get(path))
    assert told["default-src"] == "'none'"
    assert told["connect-src"] == "'self' ws://testserver"
    allowed = {source for line in told.values() for source in line.split()}
    assert allowed <= {"'none'", "'self'", "data:", "ws://testserver"}


def test_a_live_page_runs_only_the_scripts_that_bear_its_word(transactional_db) -> None:
    client = Client()
    client.force_login(person("aiko"))
    words = set()
    for _ in range(2):
        page = client.get("/")
        word = re.fullmatch(r"'nonce-([\w-]{20,})'", sources(page)["script-src"])
        assert word
        scripts = re.findall(r"<script\b[^>]*>", page.content.decode())
        ours = [tag for tag in scripts if "application/json" not in tag]
        assert len(ours) >= 4
        assert [tag for tag in ours if f'nonce="{word[1]}"' not in tag] == []
        words.add(word[1])
    assert len(words) == 2


def test_a_page_may_use_no_power_and_no_frame() -> None:
    page = Client().get("/login/")
    assert page["Permissions-Policy"].startswith("camera=(), geolocation=(), microphone=()")
    assert page["Referrer-Policy"] == "same-origin"
    assert sources(page)["frame-ancestors"] == "'none'"


def test_an_answer_for_programs_bears_no_policy() -> None:
    assert "Content-Security-Policy" not in Client().get("/healthz")


def test_what_the_api_answers_is_kept_nowhere(transactional_db) -> None:
    client = Client()
    client.force_login(person("aiko"))
    for path in ("/api/posts", "/api/users/me", "/api/notifications", "/api/nowhere"):
        assert client.get(path)["Cache-Control"] == "no-store"
    # A page that is left is one step back.
    assert "no-store" not in client.get("/").get("Cache-Control", "")


def test_a_host_that_is_not_ours_gets_no_page_and_no_policy() -> None:
    answer = Client().get("/login/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.get("Content-Security-Policy", "")


def test_sockets_are_secret_where_the_page_is() -> None:
    told = policy("site.example", is_secure=True, nonce="w")
    assert "connect-src 'self' wss://site.example;" in told
    assert "script-src 'nonce-w';" in told


def test_a_word_is_made_once_and_only_when_it_is_asked_for() -> None:
    nonce = Nonce()
    assert nonce.word == ""
    assert str(nonce) == str(nonce) == nonce.word

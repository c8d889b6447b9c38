"""Who may open a socket, by the headers alone."""

import pytest

from realtime.handshake import credentials, origin_is_allowed, resumption


@pytest.fixture(autouse=True)
def site(settings):
    settings.ALLOWED_HOSTS = ["site.example", "localhost"]
    settings.SOCKET_CORS_ORIGIN = ["https://app.example"]


def headers(**values: str):
    return [(name.encode(), value.encode()) for name, value in values.items()]


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("https://site.example", "site.example", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("https://SITE.example", "site.example", True),
        ("https://app.example", "site.example", True),
        ("http://app.example", "site.example", False),
        ("https://app.example.evil.example", "site.example", False),
        ("https://evil.example", "site.example", False),
        ("https://site.example:444", "site.example", False),
        ("https://site.example", "site.example:444", False),
        ("null", "site.example", False),
        ("", "site.example", False),
        ("https://", "", False),
        ("http://[::1", "site.example", False),
        ("file://site.example", "site.example", False),
        # A name that somebody pointed at our address: same origin, but not our host.
        ("https://rebound.example", "rebound.example", False),
    ],
)
def test_an_origin_must_be_the_sites_own_or_in_the_list(origin, host, allowed):
    assert origin_is_allowed(headers(origin=origin, host=host), required=False) is allowed


@pytest.mark.parametrize(("required", "allowed"), [(True, False), (False, True)])
def test_a_client_without_an_origin_is_let_in_unless_it_comes_by_cookie(required, allowed):
    assert origin_is_allowed(headers(host="site.example"), required=required) is allowed


def test_a_bearer_token_goes_before_the_cookie():
    assert credentials(headers(authorization="Bearer abc", cookie="sessionid=s")) == ("abc", None)
    assert credentials(headers(authorization="bearer abc")) == ("abc", None)
    assert credentials(headers(cookie="a=b; sessionid=s; c=d")) == (None, "s")
    assert credentials(headers(cookie="foo@bar=1; a[]=2; sessionid=s")) == (None, "s")
    assert credentials(headers(authorization="Basic abc")) == (None, None)
    assert credentials([]) == (None, None)


def test_cursor_and_rooms_are_read_from_the_query_and_a_token_is_not():
    query = b"cursor=e-7&rooms=post:1,,hashtag:%E6%97%A5&token=abc"
    assert resumption(query) == ("e-7", ["post:1", "hashtag:日"])
    assert resumption(b"") == (None, [])

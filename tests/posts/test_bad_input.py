"""Bad input over REST: each gets its error, none a traceback, and the API goes on working."""

import http.client
import json

import pytest
from django.test import Client

from posts.actions import create_post
from posts.models import Post
from realtime.rest.parsers import MAX_BODY_BYTES
from tests.api import Api, error, person


@pytest.fixture
def api(transactional_db):
    return Api(person("aiko"))


NOT_JSON = {
    "nothing but an opening": b"{",
    "text after the end": b'{"body": "x"} {"body": "y"}',
    "single quotes": b"{'body': 'x'}",
    "a comma too many": b'{"body": "x",}',
    "not a number": b'{"body": NaN}',
    "infinity": b'{"body": -Infinity}',
    "a number out of range": b'{"body": 1e999}',
    "a huge integer": b'{"body": ' + b"9" * 5_000 + b"}",
    "a raw control character": b'{"body": "a\x01"}',
    "not UTF-8": b'{"body": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"body": "x"}',
    "UTF-16": '{"body": "x"}'.encode("utf-16"),
    "a lone surrogate": b'{"body": "\\ud800"}',
    "a lone low surrogate": b'{"body": "\\udc00x"}',
    "a surrogate in UTF-8": b'{"body": "\xed\xa0\x80"}',
    "ten thousand levels of lists": b'{"body": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "ten thousand levels of objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "twenty levels": b'{"body": ' + b"[" * 20 + b"]" * 20 + b"}",
    "twenty levels where nobody looks": b'{"body": "x", "y": ' + b"[" * 20 + b"]" * 20 + b"}",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("raw", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_no_json_is_invalid(api, raw):
    answer = api.post("/api/posts", raw=raw)
    assert error(answer) == (400, "invalid")
    assert not Post.objects.exists()
    assert api.post("/api/posts", {"body": "and now"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [None, [], "text", 7, True, [{"body": "x"}]],
    ids=["null", "list", "string", "number", "boolean", "list of objects"],
)
def test_what_is_no_object_is_invalid(api, body):
    answer = api.post("/api/posts", raw=json.dumps(body).encode())
    assert error(answer) == (400, "invalid")


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("body", {}),
        ("body", {"body": None}),
        ("body", {"body": 7}),
        ("body", {"body": True}),
        ("body", {"body": ["x"]}),
        ("body", {"body": {"text": "x"}}),
        ("body", {"body": ""}),
        ("body", {"body": " \r\n\t\u3000"}),
        ("body", {"body": "a\x00b"}),
        ("body", {"body": "a\x1bb"}),
        ("body", {"body": "a\x7fb"}),
        ("body", {"body": "a\x85b"}),
        ("body", {"body": "a" * 5_001}),
        ("visibility", {"body": "x", "visibility": "everybody"}),
        ("visibility", {"body": "x", "visibility": None}),
        ("visibility", {"body": "x", "visibility": 1}),
        ("visibility", {"body": "x", "visibility": ["public"]}),
        ("visibility", {"body": "x", "visibility": {}}),
    ],
)
def test_a_field_that_will_not_do_is_named(api, field, body):
    answer = api.post("/api/posts", body)
    assert error(answer) == (400, "invalid")
    fields = answer.json()["error"]["fields"]
    assert list(fields) == [field]
    assert all(isinstance(text, str) and text for text in fields[field])
    assert not Post.objects.exists()


@pytest.mark.parametrize("body", ["a", "a" * 5_000, "a\tb\nc", "<script>", "‮abc", "👩‍👩‍👧"])
def test_what_only_looks_bad_is_kept_as_it_is(api, body):
    assert api.post("/api/posts", {"body": body}).json()["body"] == body


def test_a_body_of_seventy_kibibytes_is_only_too_long_and_one_over_the_limit_too_large(api):
    assert error(api.post("/api/posts", {"body": "a" * 70 * 1024})) == (400, "invalid")
    empty = len(json.dumps({"body": ""}))
    exact = {"body": "a" * (MAX_BODY_BYTES - empty)}
    assert error(api.post("/api/posts", exact)) == (400, "invalid")
    exact["body"] += "a"
    assert error(api.post("/api/posts", exact)) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x"])
def test_another_kind_of_body_is_invalid(api, kind):
    answer = api.post("/api/posts", raw=b"body=x", content_type=kind)
    assert error(answer) == (400, "invalid")


@pytest.mark.parametrize("wanted", ["text/csv", "text/html", "*/*;q=0"])
def test_whatever_a_client_would_like_it_gets_json(api, wanted):
    for path in ("/api/posts", "/api/posts?format=xml"):
        answer = api.get(path, accept=wanted)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", ["/api/posts", "/api/notifications", "/api/realtime/poll"])
def test_more_parameters_than_anybody_needs_are_invalid(api, path):
    answer = api.get(path + "?" + "&".join(f"a{number}=1" for number in range(1_100)))
    assert error(answer) == (400, "invalid")


def test_a_host_that_is_not_ours_is_told_in_the_same_format(api):
    assert error(api.get("/api/realtime/poll", host="elsewhere.example")) == (400, "invalid")
    assert api.get("/login/", host="elsewhere.example").status_code == 400


@pytest.mark.parametrize("path", ["/@%00/", "/@a%00b/", "/tags/%00/", "/api/users?username=%00"])
def test_a_name_with_nul_is_nobodys(api, path):
    browser = Client()
    browser.force_login(api.user)
    assert browser.get(path).status_code == (400 if "?" in path else 404)
    for what in ("follow", "block"):
        assert browser.post(f"/@%00/{what}/", {what: "1"}).status_code == 404


@pytest.mark.parametrize("key", ['"\\000"', '"\\000' + "a" * 32 + '"', "A" * 32, "x"])
def test_a_session_key_that_nobody_was_given_is_no_session(transactional_db, key):
    browser = Client(headers={"cookie": f"sessionid={key}"})
    assert browser.get("/").status_code == 302
    assert error(browser.get("/api/users/me")) == (401, "unauthenticated")
    assert error(browser.get("/api/realtime/poll")) == (401, "unauthenticated")


def test_a_cookie_of_other_software_on_our_host_does_no_harm(api):
    answer = api.get("/api/realtime/poll", cookie='foo@bar=1; a[]=2; "=;')
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/realtime/poll", "/api/realtime/stream"])
def test_what_is_live_is_only_read_and_a_head_is_a_get(api, path):
    browser = Client(enforce_csrf_checks=True, headers=api.headers)
    assert error(browser.post(path)) == (405, "method_not_allowed")
    assert browser.head(path).status_code == 200


def test_half_a_character_is_called_so(api):
    answer = api.post("/api/posts", raw=b'{"body": "\\ud83d oh"}')
    assert "half a character" in answer.json()["error"]["message"]


def test_what_is_no_path_and_no_method_is_told_in_the_same_format(api):
    assert error(api.get("/api/nowhere")) == (404, "not_found")
    assert error(api.get("/api/")) == (404, "not_found")
    assert error(api.get("/api")) == (404, "not_found")
    assert error(api.post("/api/posts/x/y/z")) == (404, "not_found")
    answer = api.put("/api/posts", {"body": "x"})
    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer \xff", "Basic eDp5"]
)
def test_what_is_no_identity_is_none(api, header):
    stranger = Api()
    stranger.headers = {"Authorization": header}
    assert error(stranger.get("/api/posts")) == (401, "unauthenticated")
    assert error(Api().post("/api/posts", {"body": "x"})) == (401, "unauthenticated")


def test_a_stranger_learns_nothing_of_a_post_for_followers(api):
    post = create_post(person("ben"), "psst", "followers")
    there, not_there = (
        api.get(f"/api/posts/{pk}") for pk in (post.pk, "01a20bb4-9bf9-7371-89cc-d793b79e7509")
    )
    assert error(there) == (404, "not_found")
    assert there.content == not_there.content


def test_over_the_network_each_gets_its_error_and_the_site_logs_no_traceback(live_site):
    """The fixture looks for tracebacks in the log at its end."""
    connection = http.client.HTTPConnection("127.0.0.1", live_site.port, timeout=30)

    def post(path, raw, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", path, raw, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    person_body = {"username": "hostile", "password": "correct horse battery"}
    _, registered = post("/api/auth/register", json.dumps(person_body).encode())
    bearer = f"Bearer {registered['access']}"
    for name, raw in NOT_JSON.items():
        status, answer = post("/api/posts", raw, Authorization=bearer)
        assert (status, answer["error"]["code"]) == (400, "invalid"), name
    status, answer = post("/api/posts", b"a" * (MAX_BODY_BYTES + 1), Authorization=bearer)
    assert (status, answer["error"]["code"]) == (413, "too_large")
    for path in ("/api/posts/x/like", "/api/posts/%00/like", "/api/posts/%ff%fe/like"):
        status, answer = post(path, b"", Authorization=bearer)
        assert (status, answer["error"]["code"]) == (404, "not_found"), path
    status, answer = post("/api/posts", b'{"body": "fine"}', Authorization=bearer)
    assert (status, answer["body"]) == (201, "fine")
    assert "Traceback" not in live_site.log()

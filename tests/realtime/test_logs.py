"""A line of the log: one for each record, with what is known, and without what is secret."""

import asyncio
import json
import logging
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pythonjsonlogger.json import JsonFormatter

from realtime import logs
from realtime.database import in_database

FORMATTERS = {"json": logs.JsonLines(), "text": logs.Text()}

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiMSJ9.c2lnbmF0dXJl"


def line(message: str, *arguments: object, form: str = "json", exc_info=None, **extra) -> str:
    """What is written for a record."""
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, message, arguments, exc_info)
    record.__dict__.update(extra)
    return FORMATTERS[form].format(record)


def test_a_line_of_json_has_time_level_logger_message_and_process() -> None:
    told = json.loads(line("it is %s", "late"))
    assert told.pop("time").endswith("Z")
    assert told.pop("process") > 0
    assert told == {"level": "WARNING", "logger": "a.b", "message": "it is late"}


def test_a_line_says_whose_work_it_was_in_all_tasks_and_threads_of_it() -> None:
    async def work() -> None:
        logs.begin(request="r1")
        logs.note(user="u1")
        for told in (
            line("here"),
            await asyncio.create_task(elsewhere()),
            await in_database(there),
        ):
            assert (json.loads(told)["request"], json.loads(told)["user"]) == ("r1", "u1")

    async def elsewhere() -> str:
        return line("in a task")

    def there() -> str:
        return line("in a thread")

    asyncio.run(work())
    assert "request" not in json.loads(line("outside"))


def test_a_record_says_event_and_seq_and_nothing_that_it_was_not_asked_for() -> None:
    told = json.loads(line("sent", event="post:created", seq=7, request=None, body="private"))
    assert (told["event"], told["seq"]) == ("post:created", 7)
    assert "body" not in told
    assert "request" not in told


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter22",
        "{'authorization': 'Basic aHVudGVyMjI='}",
        "(b'authorization', b'Token hunter22')",
        "cookie: sessionid=hunter22; theme=hunter22",
        "[(b'cookie', b'sessionid=hunter22')]",
        f"no such token {TOKEN}",
        '{"password": "hunter22", "oldPassword": "hunter22"}',
        "password=hunter22&next=/",
        "METRICS_TOKEN=hunter22",
        "could not connect to postgres://user:hunter22@db:5432/site",
        "redis://:hunter22@redis:6379/0 is gone",
        "GET /ws/?token=hunter22&rooms=public",
        "<ASGIRequest: GET '/api/posts?access=hunter22'>",
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_secret_is_in_no_line(text: str, form: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        trace = sys.exc_info()
    for told in (
        line(text, form=form),
        line("%s", text, form=form),
        line("it failed", form=form, exc_info=trace),
        line("asked", form=form, path=text),
    ):
        assert "hunter22" not in told
        assert "aHVudGVyMjI" not in told
        assert "c2lnbmF0dXJl" not in told
        assert "***" in told


def test_what_is_no_secret_stays() -> None:
    text = "the database is not reached: connection to 10.0.0.7:5432 refused (user 'site')"
    assert json.loads(line(text))["message"] == text


BREAKS = "a\r\n2026-01-01 ERROR forged\x1b[2K\u2028b\u0085c\u202ed\x00"


def test_nobody_can_write_a_line_of_their_own() -> None:
    told = line("%s", BREAKS, path=BREAKS)
    assert told.isascii()
    assert len(told.splitlines()) == 1
    assert json.loads(told)["message"].startswith(r"a\r\n2026-01-01 ERROR forged\x1b[2K\u2028b")
    text = line("%s", BREAKS, form="text", path=BREAKS)
    assert text.isprintable()
    try:
        raise ValueError(BREAKS)
    except ValueError:
        trace = sys.exc_info()
    first, *others = line("it failed", form="text", exc_info=trace).splitlines()
    assert first.endswith("it failed")
    assert all(one.startswith("    ") for one in others)
    assert any("forged" in one for one in others)


def test_a_text_has_an_end() -> None:
    assert len(line("%s", "x" * 1_000_000)) < 5_000


@pytest.mark.parametrize(
    "piece",
    [
        "a-",
        "a",
        "password-",
        'password="',
        "token token ",
        "?a",
        "?a=b",
        "authorization: ",
        "a://b:",
        "cookie ",
        "eyJ-",
        "eyJa.",
        "bearer a",
        "session",
        "password      ",
        "'token', ",
    ],
)
def test_no_text_of_a_client_holds_up_the_loop(piece: str) -> None:
    begun = time.process_time()
    logs.clean("?token" + piece * 4_000)
    assert time.process_time() - begun < 0.05


def test_a_traceback_is_in_the_same_line_of_json() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        told = line("it failed", exc_info=sys.exc_info())
    assert len(told.splitlines()) == 1
    trace = json.loads(told)["traceback"].splitlines()
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1] == "ValueError: broken"


@given(
    message=st.text(max_size=40),
    path=st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["/ws/", "/api/posts"])),
    seconds=st.one_of(st.none(), st.floats(0, 1e6), st.integers(0, 10**6)),
    user=st.one_of(st.none(), st.uuids(), st.text(max_size=20)),
)
@example(message="token=abc", path=None, seconds=None, user=None)
@example(message="a\\b", path="\x7f", seconds=1, user="\u202e")
@example(message="x" * 5_000, path=None, seconds=0.5, user=None)
def test_a_line_that_is_written_at_once_says_what_the_slow_one_says(message, path, seconds, user):
    record = logging.LogRecord("realtime.access", logging.INFO, "", 1, message, (), None)
    told = {"path": path, "seconds": seconds, "user": user}
    record.__dict__.update({name: value for name, value in told.items() if value is not None})
    quick = FORMATTERS["json"].format(record)
    slow = JsonFormatter.format(FORMATTERS["json"], record)
    assert quick.isascii()
    assert json.loads(quick) == json.loads(slow)

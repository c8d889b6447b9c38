"""The docs say what the code does: their tables, compared with what they describe."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from msgspec.structs import fields

from realtime import errors, frames
from realtime.commands import ENGINE
from realtime.conf import Conf
from realtime.events import CATALOGUE, Audience, Event
from realtime.publish import publish
from realtime.registry import registry
from realtime.rest.problems import STATUS
from realtime.testing import assert_emits
from realtime_site.routing import SiteConsumer
from tests.guards.source import ROOT, files

PROTOCOL = (ROOT / "docs/protocol.md").read_text()
OPERATING = (ROOT / "docs/operating.md").read_text()


def table(text: str, first_heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading, as cells."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {first_heading} |"):
            break
    else:
        raise AssertionError(f"no table begins with the heading {first_heading!r}")
    rows: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows[1:]


def tables(text: str, first_heading: str) -> Iterator[list[list[str]]]:
    """Every table with this heading, in order."""
    parts = text.split(f"| {first_heading} |")
    for part in parts[1:]:
        yield table(f"| {first_heading} |{part}", first_heading)


def first_words(rows: list[list[str]]) -> set[str]:
    return {row[0].strip("`") for row in rows}


def all_errors(kind: type[errors.RealtimeError]) -> Iterator[type[errors.RealtimeError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from all_errors(child)


def test_the_protocol_lists_every_event_with_its_fields() -> None:
    *_, events = tables(PROTOCOL, "type")
    documented = {
        row[0].strip("`"): set(re.findall(r"\w+", row[1].split("}")[0])) for row in events
    }
    sent = {
        kind: set(event.__struct_encode_fields__)
        for kind, event in CATALOGUE.items()
        if not event.__module__.startswith("tests")
    }
    assert documented == sent


def test_the_protocol_lists_every_frame_that_only_the_server_sends() -> None:
    _, control, _ = tables(PROTOCOL, "type")
    assert first_words(control) == frames.CONTROL | {"heartbeat"}


def test_the_protocol_lists_every_command() -> None:
    commands, *_ = tables(PROTOCOL, "type")
    assert first_words(commands) == {"auth", "heartbeat", *ENGINE, *SiteConsumer.commands}


def test_the_protocol_lists_every_error_code_of_a_socket() -> None:
    # PositionLost is told by `reset`, never as an error.
    codes = {error.code for error in all_errors(errors.RealtimeError)} - {"reset"}
    assert first_words(table(PROTOCOL, "code of an `error` frame")) == codes


def test_the_protocol_lists_every_error_code_of_rest_with_its_status() -> None:
    rows = table(PROTOCOL, "code of a REST error")
    assert {row[0].strip("`"): int(row[1][:3]) for row in rows} == STATUS


def test_the_protocol_lists_every_close_code_with_what_to_do() -> None:
    rows = table(PROTOCOL, "code")
    documented = {int(row[0]): row[1] for row in rows if row[0] != "1009"}
    assert documented == {int(code): reason for code, reason in frames.REASONS.items()}
    do_not = {int(row[0]) for row in rows if row[2].startswith("do not reconnect")}
    assert do_not == {int(code) for code in frames.CloseCode if code < 4100}


def test_the_protocol_lists_every_kind_of_room() -> None:
    documented = {room.partition(":")[0] for room in first_words(table(PROTOCOL, "room"))}
    assert documented == set(registry.rooms)


def test_operating_lists_every_setting_of_the_engine_with_its_default() -> None:
    documented = {row[0].strip("`"): row[1].strip("`") for row in table(OPERATING, "setting")}
    defaults = {f"REALTIME_{field.name.upper()}": plain(field.default) for field in fields(Conf)}
    assert documented == defaults


def test_the_docs_list_every_check_of_ours() -> None:
    checks = (ROOT / "docs/operating/checks.md").read_text()
    code = "".join((ROOT / f"{app}/checks.py").read_text() for app in ("realtime", "realtime_site"))
    assert first_words(table(checks, "id")) == set(re.findall(r'id="([\w.]+)"', code))


def plain(value: object) -> str:
    """A default as one would write it in the environment."""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def test_operating_lists_every_variable_that_the_settings_read() -> None:
    settings = (ROOT / "realtime_site/settings.py").read_text()
    read = set(re.findall(r'(?:env_\w+|environ\.get)\(\s*"([A-Z_]+)"', settings))
    # For tests alone.
    assert first_words(table(OPERATING, "variable")) == read - {"TEST_SQLITE"}


@pytest.mark.django_db
def test_the_example_of_the_readme_writes_its_event_into_the_log() -> None:
    readme = (ROOT / "README.md").read_text()
    example = readme.split("```python\n")[1].split("```")[0]
    names = {"Event": Event, "Audience": Audience, "publish": publish, "__name__": "tests.readme"}
    exec(example, names)
    with assert_emits("city:warmed", room="public", payload={"celsius": 21.5}):
        names["announce"](instance=SimpleNamespace(celsius=21.5))


@pytest.mark.parametrize("path", [path for path in files() if path.endswith(".md")])
def test_links_between_documents_lead_somewhere(path: str) -> None:
    here = (ROOT / path).parent
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / path).read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (here / target).exists()] == []

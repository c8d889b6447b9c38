"""The docs say what the code does: their tables, compared with what they describe."""

import re
from types import SimpleNamespace

import pytest
from msgspec.structs import fields

from realtime.conf import Conf
from realtime.events import Audience, Event
from realtime.publish import publish
from realtime.testing import assert_emits
from realtime_site import contract
from tests.guards.source import ROOT, files

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


def first_words(rows: list[list[str]]) -> set[str]:
    return {row[0].strip("`") for row in rows}


def test_what_is_made_from_the_source_is_not_stale() -> None:
    stale = contract.stale()
    assert not stale, f"`./run manage protocol` writes {stale} anew"


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

""".env.example, the table of docs/operating.md and the settings name the same things."""

import re
from itertools import pairwise

from msgspec.structs import fields

from realtime.conf import Conf
from tests.guards.source import ROOT
from tests.guards.test_docs import OPERATING, first_words, plain, table

LINES = (ROOT / ".env.example").read_text().splitlines()
#: Name and value of each, whether it is set there or only shown with its default.
EXAMPLE = dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", "\n".join(LINES), re.M))


def test_the_example_has_every_setting_and_no_other() -> None:
    documented = first_words(table(OPERATING, "variable")) | first_words(
        table(OPERATING, "setting")
    )
    # The database of compose.yaml, which the site reads from DATABASE_URL.
    assert set(EXAMPLE) == documented | {"POSTGRES_PASSWORD"}


def test_the_example_shows_the_engine_s_defaults() -> None:
    shown = {name: value for name, value in EXAMPLE.items() if name.startswith("REALTIME_")}
    assert shown == {f"REALTIME_{one.name.upper()}": plain(one.default) for one in fields(Conf)}


def test_the_example_gives_each_setting_its_reason() -> None:
    without = [
        line
        for before, line in pairwise(LINES)
        if re.match(r"#?[A-Z][A-Z_]+=", line) and not re.match(r"# ?\S", before)
    ]
    assert without == []


def test_the_example_holds_no_secret() -> None:
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"):
        assert EXAMPLE[name] == ""

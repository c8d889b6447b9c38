"""What every module owes its reader."""

from pathlib import PurePosixPath

from tests.guards.source import ROOT, modules


def test_every_module_says_at_its_top_what_it_is() -> None:
    without = [module.path for module in modules() if module.tree.body and not module.docstring]
    assert without == []


def test_no_module_bears_a_name_that_says_nothing() -> None:
    meaningless = {"utils", "helpers", "common", "base", "misc", "util", "helper"}
    # Django looks for a database engine under this name.
    wanted = {"realtime/mongodb/base.py"}
    named = [m.path for m in modules() if PurePosixPath(m.path).stem in meaningless]
    assert set(named) == wanted


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    left = [m.path for m in modules() if any(mark in (ROOT / m.path).read_text() for mark in marks)]
    assert left == []

"""What no file of the repository may hold."""

import re

from tests.guards.source import ROOT, files

#: Each in two parts, so that this file does not find itself.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry" + ".npmjs.org",
    "registry" + ".yarnpkg.com",
    "npm" + "mirror.com",
]
INDEX = re.compile(
    r'"resolved": *"http|(?<![\w-])--(extra-)?index' + r"-url|^(index|registry)\S* *= *[\"']?http",
    re.M,
)


def texts() -> list[tuple[str, str]]:
    """Path and text of every file that is text."""
    found = []
    for path in files():
        raw = (ROOT / path).read_bytes()
        if b"\0" not in raw[:8_000]:
            found.append((path, raw.decode(errors="replace")))
    return found


def test_no_file_names_a_package_registry_by_address() -> None:
    named = [path for path, text in texts() if any(host in text for host in REGISTRIES)]
    assert named == []


def test_no_file_chooses_a_package_index() -> None:
    assert [path for path, text in texts() if INDEX.search(text)] == []


def test_every_requirement_is_pinned_with_its_hash() -> None:
    for lock in ("app", "test", "mongodb", "docs"):
        text = (ROOT / f"requirements/{lock}.txt").read_text().replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert lines
        assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []

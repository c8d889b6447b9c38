"""Japanese is complete, and what is committed for Django to read is what was written."""

import gettext
import re
from pathlib import Path

import pytest

from tests.servers import ROOT

#: The site's texts, and the engine's, which go where it goes.
FOLDERS = [ROOT / folder / "locale/ja/LC_MESSAGES" for folder in (".", "realtime")]
#: Context, text, and its translation, in one entry of a .po file.
ENTRY = re.compile(
    r"^(?:msgctxt (?P<context>(?:\".*\"\n)+))?msgid (?P<text>(?:\".*\"\n)+)"
    r"(?:msgid_plural (?:\".*\"\n)+msgstr\[0\]|msgstr) (?P<meant>(?:\".*\"\n?)+)",
    re.MULTILINE,
)


def unquoted(lines: str | None) -> str:
    return "".join(re.findall(r'"(.*)"', lines or "")).replace('\\"', '"').replace("\\n", "\n")


def entries(folder: Path) -> list[tuple[str, str, str]]:
    text = (folder / "django.po").read_text()
    found = [tuple(map(unquoted, match.groups())) for match in ENTRY.finditer(text)]
    return [(context, text, meant) for context, text, meant in found if text]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_has_its_japanese(folder):
    missing = [text for _, text, meant in entries(folder) if not meant]
    assert len(entries(folder)) > 60
    assert missing == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_compiled_texts_are_the_written_ones(folder):
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for context, text, meant in entries(folder):
        found = compiled.pgettext(context, text) if context else compiled.gettext(text)
        if found == text:  # one that has a plural is only found as such
            found = compiled.ngettext(text, text, 1)
        assert found == meant, text


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_is_marked_as_a_guess(folder):
    assert "fuzzy" not in (folder / "django.po").read_text()

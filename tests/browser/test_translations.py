"""Japanese is complete, and what is committed for Django to read is what was written."""

import gettext
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "locale" / "ja" / "LC_MESSAGES"
#: Context, text, and its translation, in one entry of a .po file.
ENTRY = re.compile(
    r"^(?:msgctxt (?P<context>(?:\".*\"\n)+))?msgid (?P<text>(?:\".*\"\n)+)"
    r"(?:msgid_plural (?:\".*\"\n)+msgstr\[0\]|msgstr) (?P<meant>(?:\".*\"\n?)+)",
    re.MULTILINE,
)


def unquoted(lines: str | None) -> str:
    return "".join(re.findall(r'"(.*)"', lines or "")).replace('\\"', '"').replace("\\n", "\n")


def entries() -> list[tuple[str, str, str]]:
    text = (FOLDER / "django.po").read_text()
    found = [tuple(map(unquoted, match.groups())) for match in ENTRY.finditer(text)]
    return [(context, text, meant) for context, text, meant in found if text]


def test_every_text_has_its_japanese():
    missing = [text for _, text, meant in entries() if not meant]
    assert len(entries()) > 80
    assert missing == []


def test_the_compiled_texts_are_the_written_ones():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for context, text, meant in entries():
        found = compiled.pgettext(context, text) if context else compiled.gettext(text)
        if found == text:  # one that has a plural is only found as such
            found = compiled.ngettext(text, text, 1)
        assert found == meant, text


def test_no_text_is_marked_as_a_guess():
    assert "fuzzy" not in (FOLDER / "django.po").read_text()

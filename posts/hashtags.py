"""Hashtags: where a text has them, and when two of them are the same one.

Pure: text in, text out.
"""

import re
import unicodedata
from collections.abc import Iterator

MAX_LENGTH = 100
#: A ``#``, also a full-width one, that no word, entity or address runs into.
_SIGN = re.compile(r"(?<![\w&/#＃])[#＃]")


def normalize(tag: str) -> str | None:
    """The one spelling of a tag (NFKC, case-folded, without ``#``); None when it is none."""
    clean = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())
    if not 0 < len(clean) <= MAX_LENGTH or not all(_belongs(c) for c in clean):
        return None
    # "#1" is a number, not a subject.
    return None if clean.isdecimal() else clean


def in_text(body: str, *, limit: int = 20) -> list[str]:
    """The first ``limit`` different tags of a text, in its order."""
    tags: dict[str, None] = {}
    for raw in _candidates(body):
        tag = normalize(raw)
        if tag is not None:
            tags[tag] = None
        if len(tags) == limit:
            break
    return list(tags)


def _candidates(body: str) -> Iterator[str]:
    for sign in _SIGN.finditer(body):
        if tag := written_at(body, sign.end()):
            yield tag


def written_at(body: str, begin: int) -> str:
    """The characters of a tag from there on, as written; maybe none."""
    end = begin
    while end < len(body) and _belongs(body[end]):
        end += 1
    return body[begin:end]


def _belongs(character: str) -> bool:
    """Letters, digits and underscore; marks too, without which Hindi and Thai fall apart."""
    return character == "_" or unicodedata.category(character)[0] in "LMN"

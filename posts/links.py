"""A body as text and links: addresses, #tags and @names.

Pure. The client's half is ``posts/static/posts/rich-text.js``; tests/js/texts.json holds for both.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from accounts import names as user_names
from posts import hashtags as tag_names

_LINKS = re.compile(
    r"""(?P<url>https?://[^\s<>"]+)"""
    r"""|(?<![\w&/#＃])(?P<sign>[#＃])"""
    r"""|(?<![\w@.+/-])[@＠](?P<name>[\w.@+-]+)"""
)
#: What ends a sentence rather than an address.
_TRAILING = """.,;:!?)]}'"。、！？」』）"""
_ASCII_NAME = re.compile(r"[\w.+-]+", re.ASCII)


class Part(NamedTuple):
    """A stretch of the body; ``href`` is empty for what is only text."""

    text: str
    href: str = ""
    #: Whether it leads away from this site.
    out: bool = False


def parts(body: str, *, hashtags: Iterable[str] = (), names: Iterable[str] = ()) -> list[Part]:
    """The body in order; only these tags (as they are kept) and names become links."""
    return list(_parts(body, set(hashtags), {user_names.key(name): name for name in names}))


def _parts(body: str, tags: set[str], people: dict[str, str]) -> Iterator[Part]:
    end = 0
    for match in _LINKS.finditer(body):
        part = _link(match, tags, people)
        if part is None:
            continue
        if match.start() > end:
            yield Part(body[end : match.start()])
        yield part
        end = match.start() + len(part.text)
    if end < len(body):
        yield Part(body[end:])


def _link(match: re.Match[str], tags: set[str], people: dict[str, str]) -> Part | None:
    if match["url"]:
        text = match["url"].rstrip(_TRAILING)
        return Part(text, text, out=True)
    if match["sign"]:
        return _tag(match["sign"], tag_names.written_at(match.string, match.end()), tags)
    return _mention(match[0][0], match["name"], people)


def _tag(sign: str, written: str, tags: set[str]) -> Part | None:
    tag = tag_names.normalize(written)
    return Part(sign + written, f"/tags/{quote(tag, safe='')}/") if tag in tags and tag else None


def _mention(sign: str, written: str, people: dict[str, str]) -> Part | None:
    """A name may have the sentence's dots behind it, or さん: the longest that is one counts."""
    ascii_part = _ASCII_NAME.match(written)
    shortest = ascii_part[0].rstrip(".+-") if ascii_part else ""
    for text in (written, written.rstrip(".@+-"), shortest):
        name = people.get(user_names.key(text))
        if text and name:
            return Part(sign + text, f"/@{quote(name, safe='')}/")
    return None

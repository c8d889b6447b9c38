"""How a user name is written, and when two of them are the same one.

Pure: text in, text out.
"""

import re
import unicodedata
from collections.abc import Iterator

#: An ``@`` that no word, address or other ``@`` runs into, and the characters of a name.
_MENTION = re.compile(r"(?<![\w@.+/-])[@＠]([\w.@+-]+)")
_ASCII = re.compile(r"[\w.+-]+", re.ASCII)
#: Alphabets of which one has letters that cannot be told from another's.
LOOK_ALIKE = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}


def written(name: str) -> str:
    """The name as it is kept and shown."""
    return unicodedata.normalize("NFKC", name)


def key(name: str) -> str:
    """Equal for names that are one and the same: ``Aiko``, ``AIKO`` and ``Ａｉｋｏ``.

    No name has the character that stands for NUL, for which PostgreSQL refuses even to look.
    """
    return unicodedata.normalize("NFKC", written(name).casefold()).replace("\0", "\ufffd")


def is_of_one_alphabet(name: str) -> bool:
    """Whether no letters of two alphabets are in it that look alike: ``аdmin`` is not ``admin``."""
    alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in name}
    return len(alphabets & LOOK_ALIKE) < 2


def mentions(body: str) -> Iterator[tuple[str, ...]]:
    """For each ``@name`` in a text the keys that it may mean, the likeliest first.

    A name may hold dots and letters of any script, so its end is a matter of what names there
    are: ``@ben.`` ends a sentence, ``@benさん`` is how one addresses Ben in Japanese.
    """
    for match in _MENTION.finditer(body):
        name = match[1]
        ascii_part = _ASCII.match(name)
        guesses = [name, name.rstrip(".@+-"), ascii_part[0].rstrip(".+-") if ascii_part else ""]
        yield tuple(dict.fromkeys(key(guess) for guess in guesses if guess))

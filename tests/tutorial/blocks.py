"""The code blocks of a document, carried out as it tells its reader to.

``**`path`**:`` before a block names the file that it is, ``**`path`**, at its end:`` the one that
it is added to. Blocks of ``sh`` are lines for a shell.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.servers import ROOT

_BLOCK = re.compile(
    r"(?:^\*\*`(?P<path>[^`]+)`\*\*(?P<end>, at its end)?:\n\n)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of code and what the document says to do with it."""

    language: str
    text: str
    path: str | None
    is_added: bool

    def write(self, folder: Path) -> None:
        """Make the file, or add to it."""
        assert self.path is not None, self.text
        file = folder / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = f"{file.read_text()}\n\n" if self.is_added else ""
        file.write_text(before + self.text)


def blocks(document: str) -> Iterator[Block]:
    """All blocks of ``docs/<document>``, in order."""
    for match in _BLOCK.finditer((ROOT / "docs" / document).read_text()):
        yield Block(match["language"], match["text"], match["path"], bool(match["end"]))


def write_all(document: str, folder: Path) -> None:
    """Make all files of a document."""
    for block in blocks(document):
        if block.path is not None:
            block.write(folder)

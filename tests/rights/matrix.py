"""docs/rights.md as the tests read it: its tables, each with a column for everybody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.guards.source import ROOT

ROLES = (
    "anonymous",
    "stranger",
    "follower",
    "blocked",
    "blocker",
    "author",
    "moderator",
    "suspended",
    "deactivated",
)
OTHER = "any other method"

Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One row: what stands in its first columns, and a cell for each column behind them."""

    #: What is between backticks in the first column, one or several; or none, and only text.
    whats: tuple[str, ...]
    text: str
    #: The text of the second column where that is none of the roles.
    of: str
    cells: Cells

    def __str__(self) -> str:
        return f"{', '.join(self.whats) or self.text} {self.of}".strip()


def tables(first_heading: str, columns: tuple[str, ...] = ROLES) -> list[list[Row]]:
    """Every table that begins with this heading and ends with these columns."""
    return list(_tables((ROOT / "docs/rights.md").read_text(), first_heading, columns))


def rows(first_heading: str, columns: tuple[str, ...] = ROLES) -> list[Row]:
    """The rows of all of them."""
    return [row for table in tables(first_heading, columns) for row in table]


def _tables(text: str, first_heading: str, columns: tuple[str, ...]) -> Iterator[list[Row]]:
    for block in re.split(r"\n\s*\n", text):
        lines = [_cells(line) for line in block.splitlines() if line.startswith("|")]
        if lines and lines[0][0] == first_heading and tuple(lines[0][-len(columns) :]) == columns:
            yield [_row(cells, columns) for cells in lines[2:]]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _row(cells: list[str], columns: tuple[str, ...]) -> Row:
    before = len(cells) - len(columns)
    assert 1 <= before <= 2, f"{before + len(columns)} cells: {cells}"
    # A footnote's number is for people.
    values = [re.sub(r" [¹²³⁴]$", "", cell).strip("`") for cell in cells[before:]]
    of = cells[1].strip("`") if before == 2 else ""
    whats = tuple(re.findall(r"`([^`]+)`", cells[0]))
    return Row(whats, cells[0], of, dict(zip(columns, values, strict=True)))

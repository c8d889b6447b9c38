"""Every page of the docs is found, and every block of code in them is run, or says why not."""

import re
from collections.abc import Iterator

import pytest

from tests.guards.source import ROOT, files

PAGES = [path for path in files() if re.fullmatch(r"(docs/.+|README|benchmarks/README)\.md", path)]
#: Blocks by document and language: the test that runs or checks them, whose source names the page.
CHECKED = {
    ("README.md", "js"): "tests/js/test_docs.py",
    ("README.md", "python"): "tests/guards/test_docs.py",
    ("docs/client.md", "js"): "tests/js/test_docs.py",
    ("docs/how-to/add-a-room-with-rights.md", "python"): "tests/tutorial/how_to.py",
    ("docs/how-to/add-an-event.md", "python"): "tests/tutorial/how_to.py",
    ("docs/how-to/another-language.md", "text"): "tests/tutorial/test_tutorial.py",
    ("docs/how-to/behind-nginx.md", "nginx"): "tests/tutorial/how_to.py",
    ("docs/how-to/read-with-curl.md", "python"): "tests/tutorial/how_to.py",
    ("docs/how-to/read-with-curl.md", "sh"): "tests/tutorial/test_tutorial.py",
    ("docs/how-to/send-from-a-task.md", "python"): "tests/tutorial/how_to.py",
    ("docs/how-to/send-from-a-task.md", "sh"): "tests/tutorial/test_tutorial.py",
    ("docs/how-to/write-a-test.md", "python"): "tests/tutorial/how_to.py",
    ("docs/how-to/write-a-test.md", "sh"): "tests/tutorial/test_tutorial.py",
    ("docs/operating/backup.md", ""): "tests/stories/test_backup.py",
    ("docs/python-client.md", "python"): "tests/python_client/test_at_the_site.py",
    ("docs/react.md", "tsx"): "tests/js/test_react.py",
    ("docs/testing.md", "python"): "tests/tutorial/test_tutorial.py",
    ("docs/tutorial.md", "html"): "tests/tutorial/test_tutorial.py",
    ("docs/tutorial.md", "python"): "tests/tutorial/test_tutorial.py",
    ("docs/tutorial.md", "sh"): "tests/tutorial/test_tutorial.py",
    ("docs/typed-source.md", "python"): "tests/contract/test_docs.py",
    ("docs/typed-source.md", "ts"): "tests/js/test_docs.py",
}
#: Those that need no test, and why.
FREE = {
    ("README.md", ""): "`./run demo` and `./run test` have tests of their own",
    ("benchmarks/README.md", ""): "a list of commands, each of which takes minutes",
    ("docs/how-to/read-with-curl.md", "text"): "what is seen, shortened",
    ("docs/how-to/send-from-a-task.md", "text"): "a line of a crontab",
    ("docs/life-of-an-event.md", ""): "the tutorial's test does the same from a shell",
    (
        "docs/mongodb.md",
        "sh",
    ): "it needs a MongoDB, which the tests have only if they are given one",
    ("docs/operating.md", ""): "manage commands, each with tests",
    ("docs/operating/alerts.md", ""): "it needs systemd's journal",
    ("docs/operating/deploy.md", ""): "it needs root and systemd",
    ("docs/react.md", "sh"): "it needs npm's registry; the test of the package builds the same",
    ("docs/typed-source.md", ""): "a guard does the same: what is made is not stale",
}


def languages(path: str) -> Iterator[str]:
    """The language of each fenced block, those in lists too."""
    fences = re.findall(r"^ *```(.*)$", (ROOT / path).read_text(), re.MULTILINE)
    assert len(fences) % 2 == 0, f"{path}: a block has no end"
    yield from fences[::2]


def test_every_block_of_code_is_checked_or_says_why_it_need_not_be() -> None:
    found = {(path, language) for path in PAGES for language in languages(path)}
    assert found == CHECKED.keys() | FREE.keys()
    assert not CHECKED.keys() & FREE.keys()


@pytest.mark.parametrize(
    ("page", "test"), sorted({(page, test) for (page, _), test in CHECKED.items()})
)
def test_the_test_of_a_page_names_it(page: str, test: str) -> None:
    name = page.removeprefix("docs/").removeprefix("how-to/").removesuffix(".md")
    assert name in (ROOT / test).read_text()


def test_every_page_is_in_the_list_that_is_the_navigation() -> None:
    listing = (ROOT / "docs/README.md").read_text()
    listed = re.findall(r"^- \[[^]]+\]\(([^)]+)\)", listing, re.MULTILINE)
    assert len(listed) == len(set(listed)) == listing.count("](")
    inside = {f"docs/{path}" for path in listed if not path.startswith("../")}
    assert inside == {path for path in PAGES if path.startswith("docs/")}


def test_links_to_headings_lead_to_one() -> None:
    dead = []
    for path in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", (ROOT / path).read_text()):
            page = (ROOT / path).parent / target if target else ROOT / path
            if page.suffix == ".md" and anchor not in anchors(page.read_text()):
                dead.append((path, f"{target}#{anchor}"))
    assert dead == []


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_figures_of_the_comparison_are_those_of_the_benchmarks() -> None:
    measured = rows((ROOT / "benchmarks/results/compare.md").read_text())
    shown = rows((ROOT / "docs/comparison.md").read_text().split("## Figures")[1])
    assert len(shown) == 3
    for peer, figures in shown.items():
        assert figures == {name: measured[peer][name] for name in figures}


def rows(text: str) -> dict[str, dict[str, str]]:
    """Of the one table of a text: the first cell of a row → column → cell."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    names, _, *others = [[cell.strip() for cell in line] for line in lines]
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in others}

"""The docs as a site: what Sphinx makes of the Markdown files, read on GitHub as they are.

``./run docs`` builds it into ``dist/docs``, without a network, and fails on any warning. It begins
with the project's README; the navigation is the list in ``docs/README.md``. A link to a file that
is no page leads to a copy of it.
"""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent

project = "Django, live"
root_doc = "README"
extensions = ["myst_parser"]
include_patterns = ["README.md", "CHANGELOG.md", "docs/**.md", "benchmarks/*.md"]
include_patterns += ["benchmarks/results/profile.md"]
# Not to be looked through for pages.
exclude_patterns = ["**/node_modules", ".*", "data", "dist"]
# As GitHub names the anchors of headings.
myst_heading_anchors = 4
# A block that names no language is no code.
highlight_language = "none"
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False

_SECTION = re.compile(r"^## (.+)\n\n((?:[-*] .+\n(?:  .+\n)*)+)", re.MULTILINE)
_PAGE = re.compile(r"^[-*] \[([^]]+)\]\(([^)]+)\)", re.MULTILINE)


def add_navigation(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the sections of the list of pages below the first page, unseen there."""
    if name != root_doc:
        return
    for title, pages in _SECTION.findall((ROOT / "docs/README.md").read_text()):
        lines = "\n".join(f"{text} </docs/{path}>" for text, path in _PAGE.findall(pages))
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{lines}\n```\n"


def name_the_first_page(app: Sphinx, exception: Exception | None) -> None:
    """A server looks for ``index.html``."""
    if exception is None:
        shutil.copy(app.outdir / "README.html", app.outdir / "index.html")


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_navigation)
    app.connect("build-finished", name_the_first_page)

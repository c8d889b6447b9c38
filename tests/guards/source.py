"""The project's own source as the guards see it: its modules, parsed, and what each imports."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "realtime",
    "accounts",
    "posts",
    "notifications",
    "moderation",
    "presence",
    "realtime_site",
)


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the project's root, its dotted name, its syntax tree."""

    path: str
    name: str
    tree: ast.Module

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    def imports(self) -> set[str]:
        """Dotted names that it imports when it runs: not those for type checkers alone."""
        return set(_imports(self.tree))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.orelse:
            yield from _imports(child)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # `from posts import signals` imports a module as much as a name.
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


@cache
def files() -> tuple[str, ...]:
    """All files that are, or would be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(sorted(path for path in listing.splitlines() if (ROOT / path).is_file()))


@cache
def modules() -> tuple[Module, ...]:
    """All Python files but migrations, which Django writes."""
    return tuple(
        Module(
            path, path.removesuffix(".py").replace("/", "."), ast.parse((ROOT / path).read_text())
        )
        for path in files()
        if path.endswith(".py") and "/migrations/" not in path
    )


def package_modules(*packages: str) -> list[Module]:
    """The modules of some of our packages."""
    return [module for module in modules() if module.name.split(".")[0] in packages]

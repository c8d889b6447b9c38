"""The React package: its own tests, with React 18 and 19, and the types of what the docs show."""

import re
import shutil
from pathlib import Path

import pytest

from tests.react import MODULES, PACKAGE, build_package, node, run
from tests.servers import ROOT, Missing

#: As a server renders a page: plain Node, without a bundler and without anything of a browser.
ON_A_SERVER = """
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import * as all from "django-realtime-react";
const Says = () => h("p", null, all.useRealtime().state);
const page = h(all.RealtimeProvider, { url: "/ws/" }, h(Says), h(all.WebSocketMonitor));
process.stdout.write(renderToString(page));
process.exitCode = renderToString(page).includes("<p>closed</p>") ? 0 : 1;
"""
TEXTS = [ROOT / "docs/react.md", PACKAGE / "README.md"]


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    try:
        build_package()
    except Missing as missing:
        pytest.skip(str(missing))


def test_the_packages_own_tests_pass_with_react_18_and_19():
    run([node(), str(MODULES / "vitest/vitest.mjs"), "run"])


def test_a_server_renders_it_as_it_is_published():
    run([node(), "--input-type=module", "--eval", ON_A_SERVER])


def blocks(text: str) -> list[str]:
    return re.findall(r"```tsx\n(.*?)```", text, re.DOTALL)


def test_every_example_of_the_docs_has_the_right_types(tmp_path: Path):
    # Below the package, so that what they import is found.
    folder = PACKAGE / "node_modules" / ".docs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for text in TEXTS:
        for number, block in enumerate(blocks(text.read_text())):
            (folder / f"{text.stem}-{number}.tsx").write_text(block)
    files = sorted(str(path) for path in folder.iterdir())
    assert len(files) > 4
    how = [
        "--ignoreConfig",
        "--noEmit",
        "--strict",
        "--jsx",
        "react-jsx",
        "--module",
        "esnext",
        "--target",
        "es2022",
    ]
    how += ["--moduleResolution", "bundler", "--types", "node", "--skipLibCheck"]
    run([node(), str(MODULES / "typescript/bin/tsc"), *how, *files])

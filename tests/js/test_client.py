"""The browser's pure parts, by Node's own runner, and what the page must render just like them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts.templatetags.people import hue, initial
from posts.links import parts

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENT = ROOT / "realtime/static/realtime"
TSC = ROOT / "node_modules/.bin/tsc"
EXAMPLES = json.loads((HERE / "texts.json").read_text())


def test_the_browsers_own_tests_pass():
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("Node is missing: apt-get install nodejs")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        pytest.skip(f"Node is {version.strip()}; its own runner can move time from 20 on")
    files = sorted(str(path) for path in HERE.glob("*.test.js"))
    run = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout


def test_the_clients_types_hold_and_the_shipped_ones_are_not_stale(tmp_path):
    if not TSC.exists():
        pytest.skip("TypeScript is missing: npm ci, which ./run test does where npm is")
    run = subprocess.run([TSC, "--outDir", tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    made, shipped = (
        {path.name: path.read_text() for path in folder.glob("*.d.ts")}
        for folder in (tmp_path, CLIENT / "types")
    )
    del shipped["protocol.d.ts"]  # which `manage.py protocol` writes
    assert shipped == made, "npx tsc writes them anew"


def test_a_client_that_is_given_the_sites_types_knows_every_event_and_command():
    if not TSC.exists():
        pytest.skip("TypeScript is missing: npm ci, which ./run test does where npm is")
    options = "--noEmit --strict --target es2022 --module esnext --moduleResolution bundler"
    run = subprocess.run(
        [TSC, "--ignoreConfig", *options.split(), "--types", "", HERE / "typed.ts"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    # What must not compile there is marked so; a mark where all is well is an error too.
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["what"] for example in EXAMPLES])
def test_the_page_makes_the_same_links_as_the_browser(example):
    names, tags = example.get("names", []), example.get("hashtags", [])
    found = parts(example["body"], hashtags=tags, names=names)
    assert [[part.text, part.href] for part in found] == example["parts"]


def test_a_face_has_the_same_hue_and_letter_in_the_page():
    assert hue("01890000-0000-7000-8000-0000000000ff") == "hue-3"
    assert initial(" 愛子") == "愛"
    assert initial("ben") == "B"

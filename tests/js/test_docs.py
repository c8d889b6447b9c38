"""What README.md, client.md and typed-source.md show in JavaScript has the right types."""

import re
import subprocess

import pytest

from tests.js.test_client import ROOT, TSC

TYPES = ROOT / "realtime/static/realtime/types/client.js"
SITE = ROOT / "clients/protocol/site.js"
IMPORT = f'import {{ RealtimeClient }} from "{TYPES}";\n'
SHOW = "declare function show(...all: unknown[]): void;\n"
#: What a block takes for granted.
BEFORE = {
    "README.md": f"{IMPORT}{SHOW}const client = new RealtimeClient({{ url: '/ws/' }});\n",
    "docs/client.md": SHOW,
    "docs/typed-source.md": IMPORT,
}


def test_every_example_has_the_right_types(tmp_path):
    if not TSC.exists():
        pytest.skip("TypeScript is missing: npm ci, which ./run test does where npm is")
    for number, (page, before) in enumerate(BEFORE.items()):
        (block,) = re.findall(r"```[jt]s\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
        block = block.replace("/static/realtime/client.js", str(TYPES))
        block = block.replace("…/clients/protocol/site.js", str(SITE))
        # What must not compile is said to; that it does is an error then.
        block = re.sub(r"^(?=.*// does not compile$)", "// @ts-expect-error\n", block, flags=re.M)
        (tmp_path / f"{number}.ts").write_text(f"{before}{block}\nexport {{}};\n")
    options = "--ignoreConfig --noEmit --strict --target es2022 --lib es2024,dom --module esnext"
    files = sorted(tmp_path.iterdir())
    run = subprocess.run(
        [TSC, *options.split(), "--moduleResolution", "bundler", "--types", "", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout

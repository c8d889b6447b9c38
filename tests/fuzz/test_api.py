"""The API under requests made from its own description, in chains of what one leads to the next.

What may not happen: an error of the server's own, an answer that the description does not have, a
wrong request that is taken, a right one without its owner. ``API_SECONDS=600 ./run test
tests/fuzz/test_api.py`` goes on for as long, by chance; the suite's few are always the same.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.clients import Api
from tests.conftest import StartSite
from tests.servers import GENEROUS

#: Not asked: that every request which fits the description is taken. A name may be taken, a
#: password common, a key used before; no description says so.
EXCLUDED = "positive_data_acceptance"
FEW = ("--generation-deterministic", "--max-examples", "2", "--phases", "fuzzing,stateful")
HOOKS = Path(__file__).with_name("hooks.py")
#: Chains as long as a visit: in six steps, as by default, hardly one request leads on to another.
CHAINS = "[phases.stateful]\nmax-steps = 50\ngeneration.max-examples = {examples}\n"
#: Of the 147 ways from an answer to a request (a post's id, to like it) what the few go at least.
LINKS = 50


async def test_no_request_made_from_the_description_brings_an_error_of_our_own(
    start_site: StartSite, tmp_path: Path
) -> None:
    site = start_site(RATES=GENEROUS, LOG_LEVEL="WARNING")
    reader = await Api.register(site.url)
    other = await Api.register(site.url)
    post = await reader.post("/api/posts", {"body": "Say something about it!"})
    assert (await other.call("PUT", f"/api/users/{reader.id}/follow"))[0] == 200
    await other.post(f"/api/posts/{post['id']}/comments", {"body": "Something."})
    seconds = os.environ.get("API_SECONDS")
    many = ("--max-time", str(seconds), "--generation-database", "none")
    how_many = many if seconds else FEW
    config = tmp_path / "schemathesis.toml"
    config.write_text(CHAINS.format(examples=200 if seconds else 6))
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config)),
        *("run", f"{site.url}/api/schema"),
        *("--header", f"Authorization: Bearer {reader.token}"),
        *("--exclude-checks", EXCLUDED),
        *("--continue-on-failure", "--no-color", "--warnings", "off", *how_many),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout[-20_000:]}{done.stderr}"
    assert "Traceback" not in site.log()
    gone = re.search(r"API Links: +(\d+) covered", done.stdout)
    assert gone and int(gone[1]) >= LINKS, done.stdout

"""The API under requests made from its own description, in chains of what one leads to the next.

What may not happen: an error of the server's own, an answer that the description does not have, a
wrong request that is taken, a right one without its owner. ``API_SECONDS=600 ./run test
tests/fuzz/test_api.py`` goes on for as long, by chance; the suite's few are always the same.
"""

import os
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


async def test_no_request_made_from_the_description_brings_an_error_of_our_own(
    start_site: StartSite, tmp_path: Path
) -> None:
    site = start_site(RATES=GENEROUS, LOG_LEVEL="WARNING")
    reader = await Api.register(site.url)
    seconds = os.environ.get("API_SECONDS")
    many = ("--max-time", str(seconds), "--generation-database", "none")
    how_many = many if seconds else FEW
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{site.url}/api/schema"),
        *("--header", f"Authorization: Bearer {reader.token}"),
        *("--exclude-checks", EXCLUDED),
        *("--continue-on-failure", "--no-color", "--warnings", "off", *how_many),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout[-20_000:]}{done.stderr}"
    assert "Traceback" not in site.log()

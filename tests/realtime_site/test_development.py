"""What is there for development alone stays out of production."""

import subprocess
import sys

from tests.servers import ROOT

LOADED = """
import sys
import django

django.setup()
import realtime_site.asgi
from django.core.management import get_commands

print(get_commands()["runserver"], *({"twisted", "autobahn", "daphne.server"} & set(sys.modules)))
"""


def test_a_process_that_does_not_run_daphne_does_not_load_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "realtime_site.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["daphne"]

"""The description of a site that has the engine and one event of its own, and no REST framework."""

import os
import subprocess
import sys

from tests.guards.source import ROOT

EVENTS = """
from typing import ClassVar
from realtime.events import Event

class CityWarmed(Event, frozen=True, kw_only=True):
    \"\"\"It has become warmer in a city.\"\"\"

    type: ClassVar[str] = "city:warmed"
    sent_to: ClassVar[tuple[str, ...]] = ("public",)
    #: In the shade.
    celsius: float
"""
SITE = """
import sys
sys.modules.update(dict.fromkeys(["rest_framework", "drf_spectacular"]))  # not to be imported

import django
from django.conf import settings

APPS = ["django.contrib.contenttypes", "django.contrib.auth", "realtime", "weather"]
settings.configure(INSTALLED_APPS=APPS)
django.setup()

from django.urls import path
from realtime.consumers import RealtimeConsumer
from realtime.contract import asyncapi, typescript
from realtime.contract.source import Contract
from weather import events

contract = Contract.of([path("live/", RealtimeConsumer.as_asgi())])
print(asyncapi.document(contract)["info"]["title"])
print([socket.path for socket in contract.sockets])
print(typescript.of_site(contract))
"""


def test_a_site_without_rest_framework_is_described_too(tmp_path):
    (tmp_path / "weather").mkdir()
    (tmp_path / "weather/__init__.py").write_text("")
    (tmp_path / "weather/events.py").write_text(EVENTS)
    done = subprocess.run(
        [sys.executable, "-c", SITE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    title, sockets, types = done.stdout.split("\n", 2)
    assert (title, sockets) == ("Realtime: live", "['/live/']")
    assert "/** It has become warmer in a city. */\nexport interface CityWarmed {" in types
    assert "  /** In the shade. */\n  celsius: number;" in types
    assert '"city:warmed": CityWarmed' in types

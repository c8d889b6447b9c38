"""The Python of docs/typed-source.md does what the page says."""

import re
import sys
import textwrap
from types import ModuleType

import pytest

from realtime import events
from realtime_site.routing import websocket_urlpatterns
from tests.servers import ROOT

PAGE = (ROOT / "docs/typed-source.md").read_text()
EVENT, URLS = (
    textwrap.dedent(block) for block in re.findall(r"^ *```python\n(.*?)^ *```$", PAGE, re.M | re.S)
)


def test_the_event_of_the_page_is_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "CATALOGUE", dict(events.CATALOGUE))
    names = {"POST_ROOMS": ("public",), "__name__": "tests.typed_source"}
    exec(
        "from typing import ClassVar\nfrom realtime.events import Count, Event, Id\n" + EVENT, names
    )
    pinned = events.CATALOGUE["post:pinned"]
    assert pinned is names["PostPinned"]
    assert pinned.__struct_fields__ == ("post_id", "place")


def test_the_paths_of_the_page_are_routes(monkeypatch: pytest.MonkeyPatch):
    site, routing = ModuleType("mysite"), ModuleType("mysite.routing")
    routing.websocket_urlpatterns = websocket_urlpatterns
    monkeypatch.setitem(sys.modules, "mysite", site)
    monkeypatch.setitem(sys.modules, "mysite.routing", routing)
    names: dict[str, object] = {}
    exec(URLS, names)
    assert [str(one.pattern) for one in names["urlpatterns"]] == [
        "api/asyncapi.json",
        "api/docs/events",
    ]
    assert names["contract"]().sockets

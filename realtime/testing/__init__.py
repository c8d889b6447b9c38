"""For tests of live code: what it emits, and what a client gets of it. See docs/testing.md.

``assert_emits``, ``assert_emits_nothing``   what is published inside, in any test case
``Server``   a server process in this event loop, with fake clients; it can be killed
``Clock``    time that passes when a test says so
``Socket``   one socket, frame by frame
"""

from realtime.testing.clients import FakeClient, Refusal
from realtime.testing.clock import Clock
from realtime.testing.emitted import Emitted, assert_emits, assert_emits_nothing
from realtime.testing.layer import FaultyLayer
from realtime.testing.server import Server
from realtime.testing.sockets import Closed, Frame, Refused, Socket, running_hub

__all__ = [
    "Clock",
    "Closed",
    "Emitted",
    "FakeClient",
    "FaultyLayer",
    "Frame",
    "Refusal",
    "Refused",
    "Server",
    "Socket",
    "assert_emits",
    "assert_emits_nothing",
    "running_hub",
]

"""A client of a live Django site, for bots, workers and tests. See docs/python-client.md.

async with RealtimeClient("wss://site.example/ws/", token=fetch_token) as client:
    async for frame in client:
        print(frame.type, frame.payload)
"""

from realtime_client.backoff import AfterClose, after_close, full_jitter
from realtime_client.client import RealtimeClient
from realtime_client.errors import Closed, CommandError, Disconnected, RealtimeClientError
from realtime_client.frames import Frame

__all__ = [
    "AfterClose",
    "Closed",
    "CommandError",
    "Disconnected",
    "Frame",
    "RealtimeClient",
    "RealtimeClientError",
    "after_close",
    "full_jitter",
]

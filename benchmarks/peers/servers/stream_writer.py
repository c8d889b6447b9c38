"""Writes for ``stream.py``, from a process of its own."""

# mypy: ignore-errors
# It runs in the peers' own environment, and looks like what their documentation shows.

import sys

import stream  # noqa: F401  # the settings
from django_eventstream import send_event

from benchmarks.pace import serve


def publish(texts):
    """One event a text and channel."""
    for text in texts:
        for channel in sys.argv[1].split(","):
            send_event(channel, "message", {"text": text})


serve(publish)

"""Writes for ``chat.py`` through the channel layer, from a process of its own."""

# mypy: ignore-errors
# It runs in the peers' own environment, and looks like what their documentation shows.

import asyncio
import sys

import chat  # noqa: F401  # the settings
from channels.layers import get_channel_layer

from benchmarks.pace import serve

layer, groups, loop = get_channel_layer(), sys.argv[1].split(","), asyncio.new_event_loop()


async def send(texts):
    """One group_send an event and group, as the tutorial has it."""
    for text in texts:
        for group in groups:
            await layer.group_send(group, {"type": "chat.message", "message": text})


serve(lambda texts: loop.run_until_complete(send(texts)))

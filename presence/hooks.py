"""What the engine calls: a stream has begun or ended, an event was handed out, the process ends.

In the event loop. Nothing here waits or raises, but for the last of them.
"""

import time

import msgspec

from presence import telling
from presence.desk import Desk
from presence.events import PresenceShown, UserOffline, UserOnline
from presence.tracker import Tracker
from realtime.connection import Connection
from realtime.envelope import Envelope
from realtime.events import Meet, Part
from realtime.hub import Hub


def arrived(connection: Connection) -> None:
    """A reader's stream has begun."""
    if (hub := Hub.running()) is not None:
        Tracker.of(hub).arrived(connection)


def departed(connection: Connection) -> None:
    """A reader's stream has ended."""
    if (hub := Hub.running()) is not None:
        Tracker.of(hub).departed(connection)


def delivered(event: Envelope) -> None:
    """An event of the log has been handed out here, and its effects have acted."""
    hub = Hub.running()
    if hub is None:
        return
    Desk.of(hub).heard(event)
    if event.type == PresenceShown.type:
        shown = msgspec.json.decode(event.payload, type=PresenceShown)
        Tracker.of(hub).show(shown.user_id, is_shown=shown.is_shown)
    for effect in event.effects:
        if isinstance(effect, Part | Meet):
            _see(hub, effect.one, effect.other, effect)
            _see(hub, effect.other, effect.one, effect)


async def ending() -> None:
    """The process ends: nobody types here any more, and nobody is here."""
    if (hub := Hub.running()) is not None:
        Desk.of(hub).close()
        if (tracker := Tracker.running(hub)) is not None:
            await tracker.stop()


def _see(hub: Hub, reader: str, user: str, effect: Part | Meet) -> None:
    """To who is parted from somebody, these go offline; to who meets them, they come online."""
    mirror = Tracker.of(hub).node.mirror
    if user not in mirror.online:
        return
    if isinstance(effect, Part):
        gone = telling.seen(user, time.time_ns() // 1_000_000)
        telling.tell_one(hub, reader, UserOffline, gone, mirror.version)
    else:
        telling.tell_one(hub, reader, UserOnline, telling.seen(user), mirror.version)

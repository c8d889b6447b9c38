"""Answers about presence as clients see them.

Values only; no Django, no queries.
"""

from realtime.events import Id, Time, Wire


class Presence(Wire, frozen=True, kw_only=True):
    """Of the users asked for and visible: who is online, and when the others were last."""

    online: list[Id]
    last_seen: dict[Id, Time]

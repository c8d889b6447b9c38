"""Who is at the other end. Apps that know users say how one is identified (see ``registry.py``).

Pure.
"""

import msgspec

from realtime.events import Wire


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A reader, as one token or session proves it."""

    user_id: str
    #: The user as clients see it, for the ``connect`` frame.
    user: Wire
    #: The login that the token or session belongs to; when it ends, its sockets do.
    login: str | None
    #: Unix time in seconds at which the token or session ends.
    expires_at: float
    is_staff: bool = False

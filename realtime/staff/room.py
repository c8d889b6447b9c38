"""The room of staff, and the one rule of it: Django's ``is_staff``, as it is in the database now.

Who loses it leaves by an effect, in every process, at its place in the log (``signals.py`` of the
app that owns the users).
"""

from django.contrib.auth import get_user_model

from realtime.errors import Forbidden
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.rooms import RoomKind

ROOM = "staff"


def _staff_alone(reader: Identity, key: str) -> None:
    # Not by the identity: it is as old as the socket.
    users = get_user_model()._default_manager.filter(pk=reader.user_id)
    if not users.filter(is_staff=True, is_active=True).exists():
        raise Forbidden("staff: for the site's staff alone")


def _entered() -> None:
    from realtime.staff.watch import Watch  # which tells this room

    hub = Hub.running()
    if hub is not None:
        Watch.of(hub).begin()


STAFF = RoomKind(
    ROOM,
    _staff_alone,
    entered=_entered,
    keyed=False,
    who="staff",
    joined="no; who is staff no more gets `room:left` with reason `staff`",
)

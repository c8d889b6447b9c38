"""The commands of this app: what a client may do about its notifications over a socket.

In the event loop; the doing is in ``actions.py``, in a thread of the database.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from notifications import actions
from realtime.commands import Command
from realtime.database import in_database
from realtime.events import Wire
from realtime.frames import ClientFrame

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer


class Read(Wire, frozen=True, kw_only=True):
    """``notification:read``: I have read this one, or all of them."""

    notification_id: str | None = None
    all: bool = False

    def __post_init__(self) -> None:
        if self.all == (self.notification_id is not None):
            raise ValueError("give either `notificationId` or `all: true`")


async def _read(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: Read
) -> dict[str, Any] | None:
    reader_id = UUID(consumer.stream.user_id)
    if payload.notification_id is None:
        left = await in_database(actions.mark_all_read, reader_id)
    else:
        left = await in_database(actions.mark_read, reader_id, payload.notification_id)
    return {"unreadCount": left}


COMMANDS: dict[str, Command] = {"notification:read": Command(Read, _read)}

"""The commands of this app: what a client may do about its notifications over a socket.

In the event loop; the doing is in ``actions.py``, in a thread of the database.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from notifications import actions
from notifications.wire import UnreadState
from realtime.commands import Command
from realtime.database import in_database
from realtime.events import Id, Wire
from realtime.frames import ClientFrame

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer


class Read(Wire, frozen=True, kw_only=True):
    """One of yours by its id, or all of them by ``all: true``."""

    notification_id: Id | None = None
    all: bool = False

    def __post_init__(self) -> None:
        if self.all == (self.notification_id is not None):
            raise ValueError("give either `notificationId` or `all: true`")


async def _read(consumer: "RealtimeConsumer", frame: ClientFrame, payload: Read) -> UnreadState:
    """You have read a notification, or all of them."""
    reader_id = UUID(consumer.stream.user_id)
    if payload.notification_id is None:
        left = await in_database(actions.mark_all_read, reader_id)
    else:
        left = await in_database(actions.mark_read, reader_id, payload.notification_id)
    return UnreadState(unread_count=left)


COMMANDS: dict[str, Command] = {"notification:read": Command(Read, UnreadState, _read)}

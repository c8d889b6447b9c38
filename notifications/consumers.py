"""The socket of this app: what its reader should know of, live."""

from notifications.commands import COMMANDS
from realtime.consumers import RealtimeConsumer


class NotificationsConsumer(RealtimeConsumer):
    """The reader's own room, and reading what came in it."""

    kinds = frozenset({"user"})
    commands = COMMANDS

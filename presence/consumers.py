"""The socket of this app: who is online, and who is typing."""

from presence.commands import COMMANDS
from realtime.consumers import RealtimeConsumer


class PresenceConsumer(RealtimeConsumer):
    """The list of who is online, and of posts' threads the typing alone."""

    kinds = frozenset({"presence", "post"})
    commands = COMMANDS
    joins = ("presence",)
    durable = False

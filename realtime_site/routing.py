"""Which consumer serves which socket path."""

from collections.abc import Mapping
from typing import ClassVar

from django.urls import re_path

from notifications.commands import COMMANDS as NOTIFICATIONS
from notifications.consumers import NotificationsConsumer
from posts.consumers import PostsConsumer
from presence.commands import COMMANDS as PRESENCE
from presence.consumers import PresenceConsumer
from realtime.commands import Command
from realtime.consumers import RealtimeConsumer
from realtime.transport import nowhere


class SiteConsumer(RealtimeConsumer):
    """Everything on one socket: all rooms and all commands of all apps."""

    commands: ClassVar[Mapping[str, Command]] = {**NOTIFICATIONS, **PRESENCE}


websocket_urlpatterns = [
    re_path(r"^ws/?$", SiteConsumer.as_asgi()),
    re_path(r"^ws/posts/?$", PostsConsumer.as_asgi()),
    re_path(r"^ws/notifications/?$", NotificationsConsumer.as_asgi()),
    re_path(r"^ws/presence/?$", PresenceConsumer.as_asgi()),
    re_path(r"", nowhere),  # type: ignore[arg-type]  # an ASGI application, as Channels wants
]

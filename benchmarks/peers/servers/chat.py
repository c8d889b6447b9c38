"""Channels as its tutorial writes it: a consumer, a group per room, the Redis layer."""

# mypy: ignore-errors
# It runs in the peers' own environment, and looks like what their documentation shows.

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [("127.0.0.1", int(os.environ["REDIS_PORT"]))]},
        }
    },
)
django.setup()

import json  # noqa: E402
from urllib.parse import parse_qs  # noqa: E402

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402


class ChatConsumer(AsyncWebsocketConsumer):
    """The tutorial's, in as many groups as the query names."""

    async def connect(self):
        self.groups_joined = parse_qs(self.scope["query_string"].decode())["rooms"][0].split(",")
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, close_code):
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"message": event["message"]}))


app = ProtocolTypeRouter({"websocket": URLRouter([path("ws/", ChatConsumer.as_asgi())])})

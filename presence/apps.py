"""Who is online, and who is typing."""

from importlib import import_module

from django.apps import AppConfig

from realtime import registry


class PresenceConfig(AppConfig):
    name = "presence"

    def ready(self) -> None:
        # Only now: these import models, which were not there when this module was loaded.
        from presence import hooks, rooms

        import_module("presence.signals")
        registry.room_kind(rooms.PRESENCE)
        registry.registry.arrived.append(hooks.arrived)
        registry.registry.departed.append(hooks.departed)
        registry.registry.delivered.append(hooks.delivered)
        registry.registry.ending.append(hooks.ending)

"""The engine: log, bus, hub and consumers. Knows no app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        # Only now: these import models, which were not there when this module was loaded.
        from realtime import registry, sessions
        from realtime.staff import groups, room, watch

        registry.room_kind(room.STAFF)
        registry.registry.heard.append(watch.heard)
        registry.registry.ending.append(watch.ending)
        sessions.follow()
        if registry.goes_by_django_sessions():
            registry.registry.user = sessions.User
        post_migrate.connect(groups.make_group, sender=self, dispatch_uid="realtime.make_operators")

"""What one should know of: likes, comments, mentions, follows, and words from the moderators."""

from importlib import import_module

from django.apps import AppConfig

from realtime import registry


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Only now: these import models, which were not there when this module was loaded.
        from notifications import rights

        import_module("notifications.signals")
        registry.subject_kind("notification", rights.still_there)
        registry.registry.unread = rights.unread

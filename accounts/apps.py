"""Who is here: users, logins, follows and blocks."""

from importlib import import_module

from django.apps import AppConfig

from accounts.wire import User
from realtime import registry


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Only now: these import models, which were not there when this module was loaded.
        from accounts import identities, rights, rooms

        import_module("accounts.signals")
        for kind in rooms.KINDS:
            registry.room_kind(kind)
        registry.identities(
            by_tokens=identities.by_tokens, by_sessions=identities.by_sessions, user=User
        )
        registry.registry.parted = rights.parted

"""The site itself, as an app: its commands, and what it checks of its settings."""

from django.apps import AppConfig


class RealtimeSiteConfig(AppConfig):
    name = "realtime_site"

    def ready(self) -> None:
        from realtime_site import checks  # noqa: F401 — registers what it has

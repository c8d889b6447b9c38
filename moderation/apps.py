"""What moderators see and do."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        # Only now: it imports models, which were not there when this module was loaded.
        from moderation.groups import make_group

        post_migrate.connect(make_group, sender=self, dispatch_uid="moderation.make_group")

"""The log of decisions: who decided what, about what, and why. It is only ever added to.

Plain values, no foreign keys: a row stays as it is when the moderator, the author or the text it
is about are long gone. ``migrations/0002`` has the database refuse changes too, where it can.
"""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from realtime.models import Model


class AppendOnly(Exception):
    """What was decided is never changed and never deleted."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class Decisions(models.QuerySet["Decision", "Decision"]):
    """Reads and adds; refuses all that changes many at once."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    update = delete = bulk_update = update_or_create = _refuse

    def bulk_create(self, *args: Any, update_conflicts: bool = False, **kwargs: Any) -> Any:
        if update_conflicts:
            raise AppendOnly
        return super().bulk_create(*args, **kwargs)


class Action(models.TextChoices):
    """What a moderator can do."""

    HIDE = "hide", _("Hide")
    RESTORE = "restore", _("Restore")
    DELETE = "delete", _("Delete")
    DISMISS = "dismiss", _("Dismiss the reports")
    WARN = "warn", _("Warn the author")
    SUSPEND = "suspend", _("Suspend the author")
    BAN = "ban", _("Ban the author")
    LIFT = "lift", _("End suspension or ban")


class Decision(Model):
    """One thing that one moderator did, with the reason."""

    action = models.CharField(_("action"), max_length=16, choices=Action)
    moderator_id = models.UUIDField(editable=False)
    moderator_name = models.CharField(_("moderator"), max_length=150)
    #: ``post:<id>``, ``comment:<id>`` or ``user:<id>``.
    subject = models.CharField(_("about"), max_length=64, db_index=True)
    #: Whose it was; for ``user:…`` the user.
    author_id = models.UUIDField(editable=False, db_index=True)
    author_name = models.CharField(_("author"), max_length=150)
    #: As it was when it was decided; empty for ``user:…``.
    text = models.TextField(_("text"), blank=True)
    reason = models.TextField(_("reason"))
    #: The end of a suspension.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    #: Reports that were open until then.
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = Decisions.as_manager()

    class Meta:
        ordering = ("-id",)
        base_manager_name = "objects"
        default_permissions = ("view",)
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.author_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises AppendOnly for one that is there."""
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

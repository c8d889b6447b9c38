"""What was reported, by whom and why; and what was decided of it.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
A case is one thing that was reported, a row of the moderators' queue. It outlives the thing, with
the text as it was: who deletes what was reported does not empty the queue.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moderation.ledger import Action, Decision
from posts.models import Comment, Post
from realtime.models import Model

__all__ = ["Action", "Case", "Decision", "Report"]

MAX_REASON = 1_000


class Case(Model):
    """A post or comment that was reported."""

    #: ``post:<id>`` or ``comment:<id>``.
    subject = models.CharField(_("about"), max_length=64, unique=True, editable=False)
    post = models.ForeignKey(Post, models.SET_NULL, null=True, editable=False, related_name="+")
    comment = models.ForeignKey(
        Comment, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cases", verbose_name=_("author")
    )
    #: As it was when it was last reported.
    text = models.TextField(_("text"))
    is_open = models.BooleanField(_("open"), default=True, db_index=True)
    reported_at = models.DateTimeField(_("last reported"), default=timezone.now)

    class Meta:
        ordering = ("-reported_at", "-id")
        default_permissions = ("view", "delete")
        permissions = (("moderate", "Can decide about posts, comments and their authors"),)
        verbose_name = _("reported thing")
        verbose_name_plural = _("reported things")

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def thing(self) -> Post | Comment | None:
        """What was reported; None when it is gone."""
        return self.post or self.comment


class Report(Model):
    """One reader finds that a moderator should look at something."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports", verbose_name=_("reporter")
    )
    reason = models.TextField(_("reason"), max_length=MAX_REASON)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    #: What was decided of it; empty while it is open.
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, editable=False)

    class Meta:
        ordering = ("-id",)
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("case", "reporter"), name="report_once"),)
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return f"{self.reporter}: {self.reason[:60]}"

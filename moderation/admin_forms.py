"""The forms between choosing an action in the admin and doing it: why, and for how long."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from moderation.models import MAX_REASON, Action
from realtime.rest.text import plain_text

#: Hours of a suspension, and what they are called.
TIMES = (
    (1, _("1 hour")),
    (24, _("1 day")),
    (3 * 24, _("3 days")),
    (7 * 24, _("1 week")),
    (30 * 24, _("30 days")),
    (90 * 24, _("90 days")),
)


class DecisionForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        help_text=_("The author reads it, and it stays in the log of decisions. Name nobody."),
    )

    def clean_reason(self) -> str:
        try:
            return plain_text(self.cleaned_data["reason"], field="reason", max_length=MAX_REASON)
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    @property
    def length(self) -> timedelta | None:
        """How long it is to last; None for what has no end of its own."""
        return None


class SuspensionForm(DecisionForm):
    """Why, and for how long."""

    hours = forms.TypedChoiceField(label=_("For"), choices=TIMES, coerce=int, initial=24)

    @property
    def length(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["hours"])


def form_of(action: Action) -> type[DecisionForm]:
    """What has to be said before an action."""
    return SuspensionForm if action == Action.SUSPEND else DecisionForm

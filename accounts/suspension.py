"""Who may not be here for now: banned, or suspended for a time.

There is no job that ends a suspension: its end is compared with the time, wherever somebody comes
in. The sockets of who is suspended close by ``signals.py``.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _


def is_shut_out(is_active: bool, suspended_until: datetime | None, *, now: datetime) -> bool:
    """Whether a ban or a suspension holds at ``now``."""
    return not is_active or (suspended_until is not None and suspended_until > now)


def may_be_here(prefix: str = "") -> Q:
    """Selects those of whom it does not hold now; ``prefix`` leads to the user (``"user__"``)."""
    over = Q(**{f"{prefix}suspended_until": None}) | Q(
        **{f"{prefix}suspended_until__lte": timezone.now()}
    )
    return over & Q(**{f"{prefix}is_active": True})


def in_words(suspended_until: datetime | None) -> str:
    """What to tell who is shut out, in the language of the page."""
    if suspended_until is None or suspended_until <= timezone.now():
        return _("This account is suspended.")
    until = formats.date_format(timezone.localtime(suspended_until), "DATETIME_FORMAT")
    return _("This account is suspended until %(until)s (UTC).") % {"until": until}

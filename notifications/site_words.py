"""What the site itself says to people, as the first line of a notification's text.

Kept and sent in English, as all such texts are; a page says the line in its own language and
leaves what follows, which is somebody's own words. Values only; no queries.
"""

from enum import StrEnum

from django.utils.translation import gettext_noop as _


class SiteWords(StrEnum):
    """The sentences."""

    HIDDEN = _("A moderator has hidden what you wrote.")
    RESTORED = _("A moderator has brought back what you wrote.")
    DELETED = _("A moderator has deleted what you wrote.")
    WARNED = _("A moderator warns you.")
    SUSPENDED = _("A moderator has suspended your account for a time.")
    BANNED = _("A moderator has closed your account.")
    LIFTED = _("A moderator has opened your account again.")
    ACTED = _("A moderator has acted on what you reported. Thank you.")
    LET_STAND = _("A moderator has looked at what you reported and lets it stand. Thank you.")

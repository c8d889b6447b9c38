"""What counts as plain text, for whatever people write: one rule for REST, pages and admin.

Text in, text out; no model and no request.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


def plain_text(text: str, *, field: str, max_length: int, lines: bool = True) -> str:
    """``text`` as it is kept: LF line ends, NFC, trimmed, 1 to ``max_length`` code points.

    Raises Django's ValidationError, under ``field``. With ``lines=False`` it may not hold any.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\t\n" if lines else ""
    # Cc are control characters; Cs half characters, which no UTF-8 can hold.
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in text):
        raise ValidationError({field: _("It has control characters, which are not allowed.")})
    text = text.strip()
    if not text:
        raise ValidationError({field: _("It may not be blank.")})
    if len(text) > max_length:
        message = ngettext_lazy(
            "It may have at most %d character.", "It may have at most %d characters.", max_length
        )
        raise ValidationError({field: message % max_length})
    return text

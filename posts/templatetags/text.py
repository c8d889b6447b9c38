"""What people wrote, and when, as a page shows it.

Pages alone; ``posts/static/posts/rich-text.js`` and ``ago.js`` do the same for what arrives later,
and ``tests/js/texts.json`` holds the examples that both are tested with.
"""

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from posts import links, wire

register = template.Library()

#: A row's two times are taken one after the other when it is made.
AT_ONCE = timedelta(seconds=1)
#: What a card shows, as feed.css has it, and about as much in a paragraph.
CARD_LINES, LONG_CHARACTERS = 20, 1_200
#: Of a link that leads away: who wrote it is not vouched for, and learns nothing of the reader.
AWAY = "nofollow noopener noreferrer"


@register.filter
def rich_text(written: wire.Post | wire.Comment | str) -> SafeString:
    """The body, escaped, with links; empty in the templates that the client copies."""
    if isinstance(written, str):
        return SafeString("")
    tags = written.hashtags if isinstance(written, wire.Post) else []
    names = [user.username for user in written.mentions] if isinstance(written, wire.Post) else []
    parts = links.parts(written.body, hashtags=tags, names=names)
    return format_html_join("", "{}", ((_piece(part),) for part in parts))


def _piece(part: links.Part) -> str:
    if not part.href:
        return part.text
    if part.out:
        return format_html('<a href="{}" rel="{}">{}</a>', part.href, AWAY, part.text)
    return format_html('<a href="{}">{}</a>', part.href, part.text)


@register.filter
def is_edited(written: wire.Post | wire.Comment | str) -> bool:
    """Whether it was changed after it was written; the client's half is in slots.js."""
    if isinstance(written, str):
        return False
    created = datetime.fromisoformat(written.created_at)
    return datetime.fromisoformat(written.updated_at) - created > AT_ONCE


@register.filter
def is_long(written: wire.Post | str) -> bool:
    """Whether a card probably cannot show it all; with scripts ``clamp.js`` sees for itself."""
    if isinstance(written, str):
        return False
    return len(written.body) > LONG_CHARACTERS or written.body.count("\n") >= CARD_LINES


@register.filter
def ago(when: str) -> str:
    """How long ago a wire time was, in as few letters as possible."""
    if not when:
        return ""
    then = datetime.fromisoformat(when)
    minutes = int((timezone.now() - then.astimezone(UTC)).total_seconds() // 60)
    if minutes < 1:
        return pgettext("a moment ago, very short", "now")
    if minutes < 60:
        return pgettext("minutes ago, very short", "%(n)sm") % {"n": minutes}
    if minutes < 24 * 60:
        return pgettext("hours ago, very short", "%(n)sh") % {"n": minutes // 60}
    if minutes < 7 * 24 * 60:
        return pgettext("days ago, very short", "%(n)sd") % {"n": minutes // (24 * 60)}
    return date_format(then, gettext("M j"))

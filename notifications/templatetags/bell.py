"""What pages say of notifications: how many are not read, and each one in a sentence.

Pages alone; ``notifications/static/notifications/told.js`` says the same of what arrives later.
"""

from typing import Any
from urllib.parse import quote

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models import Inbox
from notifications.site_words import SiteWords
from notifications.wire import Notification

register = template.Library()

#: By kind; what a moderator tells begins with one of the site's sentences, if not with their own.
SENTENCES = {
    "like": _("{name} liked your post"),
    "comment": _("{name} commented on your post"),
    "mention": _("{name} mentioned you"),
    "follow": _("{name} started following you"),
}


@register.simple_tag(takes_context=True)
def unread_count(context: dict[str, Any]) -> int:
    """How many notifications the reader has not read."""
    reader: User = context["request"].user
    return Inbox.objects.unread_of(reader.pk)


@register.simple_tag
def sentences() -> list[tuple[str, str]]:
    """Each kind and what is said of it, for the scripts."""
    return [(kind, str(text)) for kind, text in SENTENCES.items()]


@register.simple_tag
def site_words() -> list[tuple[str, str]]:
    """Each sentence of the site as it is sent, and in the page's language, for the scripts."""
    return [(text, gettext(text)) for text in SiteWords]


@register.filter
def said(told: Notification | str) -> SafeString:
    """A notification in a sentence; empty in the template that the client copies."""
    if isinstance(told, str):
        return SafeString("")
    sentence = SENTENCES.get(told.kind)
    if sentence is None:
        first, _end, rest = told.text.partition("\n")
        said_first = gettext(first) if first in set(SiteWords) else first
        return conditional_escape(f"{said_first}\n{rest}" if rest else said_first)
    name = format_html("<b>{}</b>", told.actor.display_name if told.actor else "—")
    return format_html(str(sentence), name=name)


@register.filter
def leads_to(told: Notification | str) -> str:
    """Where one sees what a notification is about; empty where there is no such place."""
    if isinstance(told, str):
        return ""
    if told.post_id:
        comment = f"#comment-{told.comment_id}" if told.comment_id else ""
        return f"/posts/{told.post_id}/{comment}"
    if told.actor is None:
        return ""
    return f"/@{quote(told.actor.username)}/"

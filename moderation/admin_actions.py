"""The moderators' actions in the admin: choose some, say why, done.

The same for the queue, for posts, comments and users. The doing is in ``decisions.py``; each
thing is decided about in a transaction of its own, so that one that is gone stops none of the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from moderation.admin_forms import DecisionForm, form_of
from moderation.decisions import decide
from moderation.matters import Matter, Target
from moderation.models import Action
from moderation.rights import RIGHT
from realtime.errors import Forbidden

#: What one confirms at once; more would be no decision any more.
MAX_AT_ONCE = 100
PREFIX = "moderate_"
ABOUT_TEXTS = (Action.HIDE, Action.RESTORE, Action.DELETE)
ABOUT_AUTHORS = (Action.WARN, Action.SUSPEND, Action.BAN)

AdminAction = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


def actions_of(*actions: Action) -> list[AdminAction]:
    """For a ``ModelAdmin.actions``; shown to those who may moderate."""
    return [_action(action) for action in actions]


def _action(action: Action) -> AdminAction:
    def run(
        site: "Moderating", request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return _run(site, request, queryset, action)

    run.__name__ = f"{PREFIX}{action.value}"
    return admin.action(description=action.label, permissions=["moderate"])(run)


class Moderating:
    """What an admin class needs for these actions."""

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))


def _run(
    site: Any, request: HttpRequest, queryset: QuerySet[Any], action: Action
) -> HttpResponse | None:
    chosen = list(queryset[: MAX_AT_ONCE + 1])
    if len(chosen) > MAX_AT_ONCE:
        text = _("Choose at most %d at once.") % MAX_AT_ONCE
        site.message_user(request, text, messages.ERROR)
        return None
    form = form_of(action)(request.POST if "confirmed" in request.POST else None)
    if form.is_bound and form.is_valid():
        _decide_all(site, request, action, chosen, form)
        return None
    return _ask(site, request, action, chosen, form)


def _ask(
    site: Any, request: HttpRequest, action: Action, chosen: list[Any], form: DecisionForm
) -> HttpResponse:
    context = {
        **site.admin_site.each_context(request),
        "title": action.label,
        "opts": site.opts,
        "action": f"{PREFIX}{action.value}",
        "is_grave": action in (Action.DELETE, Action.BAN),
        "chosen": [(one.pk, Matter.of(one)) for one in chosen],
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "form": form,
        "media": site.media,
    }
    return TemplateResponse(request, "admin/moderation/confirm.html", context)


def _decide_all(
    site: Any, request: HttpRequest, action: Action, chosen: Iterable[Any], form: DecisionForm
) -> None:
    until = timezone.now() + form.length if form.length else None
    reason = form.cleaned_data["reason"]
    outcomes = Counter(_outcome(request, action, one, reason, until) for one in chosen)
    for level, count in sorted(outcomes.items()):
        site.message_user(request, _said(level, count) % count, level)


def _outcome(
    request: HttpRequest, action: Action, one: Target, reason: str, until: datetime | None
) -> int:
    """Decide about one; how it is told of, as a level of Django's messages."""
    assert isinstance(request.user, User)
    try:
        decision = decide(request.user, action, one, reason=reason, until=until)
    except Forbidden:
        return messages.ERROR
    return messages.WARNING if decision is None else messages.SUCCESS


def _said(level: int, count: int) -> str:
    if level == messages.SUCCESS:
        return ngettext("%d decided.", "%d decided.", count)
    if level == messages.WARNING:
        return ngettext("%d was so already, or is gone.", "%d were so already, or are gone.", count)
    return ngettext("%d is not for you to decide.", "%d are not for you to decide.", count)

"""The page of one's notifications, and its forms. They call ``actions.py``, as REST does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.page_context import frame, page, reader_of
from accounts.pages import back
from notifications import actions, wire
from notifications.models import Notification
from realtime.rest.ids import parse_id

PAGE = 30


@page
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What one should know of, newest first; with ``?unread=true`` what is not read yet."""
    context = frame(request, way="notifications")
    only_unread = request.GET.get("unread") == "true"
    rows = Notification.objects.of(reader_of(request).pk).select_related("actor")
    if only_unread:
        rows = rows.filter(is_read=False)
    before = parse_id(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    context |= {
        "notifications": [wire.Notification.of(row) for row in found[:PAGE]],
        "only_unread": only_unread,
        "is_older": before is not None,
        "older": _older(request, found) if len(found) > PAGE else "",
    }
    return render(request, "notifications/page.html", context)


def _older(request: HttpRequest, found: list[Notification]) -> str:
    query: Any = request.GET.copy()
    query["before"] = str(found[PAGE - 1].pk)
    return f"?{query.urlencode()}"


@page
@require_POST
def read(request: HttpRequest, notification_id: str) -> HttpResponse:
    """One is read."""
    actions.mark_read(reader_of(request).pk, notification_id)
    return back(request, "/notifications/")


@page
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """All are read."""
    actions.mark_all_read(reader_of(request).pk)
    return back(request, "/notifications/")

"""REST about notifications: who asks what, and what comes back. The doing is in ``actions.py``."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from msgspec.structs import asdict
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.views import reader
from notifications import actions, wire
from notifications.models import Inbox, Notification
from notifications.querysets import Notifications
from realtime.rest.pagination import Page, paginate
from realtime.rest.schema import LIST, describe
from realtime.rest.views import write

UNREAD = OpenApiParameter(
    "unread", enum=["true", "false"], description="`true`: only what is not read."
)


class NotificationList(Page[wire.Notification], frozen=True, kw_only=True):
    """A page of notifications, and how many are not read in all."""

    unread_count: int


def wire_notifications(notifications: Sequence[Notification]) -> list[wire.Notification]:
    """Notifications as their recipient sees them."""
    return [wire.Notification.of(notification) for notification in notifications]


class NotificationsView(APIView):
    """``/api/notifications``"""

    @describe(
        "One's own notifications, newest first",
        {200: NotificationList},
        parameters=(UNREAD, *LIST),
        name="listNotifications",
    )
    def get(self, request: Request) -> Response:
        user = reader(request)
        rows = _asked_for(Notification.objects.of(user.pk), request.query_params.get("unread"))
        page = paginate(request, rows.select_related("actor"), wire_notifications)
        # After the cursor: who follows from there gets what this number does not know of.
        unread = Inbox.objects.unread_of(user.pk)
        return Response(NotificationList(**asdict(page), unread_count=unread))


def _asked_for(rows: Notifications, unread: str | None) -> Notifications:
    if unread not in (None, "true", "false"):
        raise ValidationError({"unread": _("It must be “true” or “false”.")})
    return rows.filter(is_read=False) if unread == "true" else rows


class ReadView(APIView):
    """``/api/notifications/{id}/read``"""

    @describe(
        "One is read; again is no error",
        {200: wire.UnreadState},
        writes=True,
        name="readNotification",
    )
    @write
    def post(self, request: Request, notification_id: str) -> Response:
        left = actions.mark_read(reader(request).pk, notification_id)
        return Response(wire.UnreadState(unread_count=left))


class ReadAllView(APIView):
    """``/api/notifications/read-all``"""

    @describe(
        "All are read; again is no error",
        {200: wire.UnreadState},
        writes=True,
        name="readAllNotifications",
    )
    @write
    def post(self, request: Request) -> Response:
        left = actions.mark_all_read(reader(request).pk)
        return Response(wire.UnreadState(unread_count=left))

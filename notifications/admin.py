"""Notifications in Django's admin, to look at: they are made and withdrawn by their causes.

To delete one is allowed, as otherwise the admin would refuse to delete a post or a user who has
some; it is counted and told like everything else.
"""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from notifications.models import Notification

if TYPE_CHECKING:  # only there does it take a parameter
    NotificationsBase = admin.ModelAdmin[Notification]
else:
    NotificationsBase = admin.ModelAdmin


@admin.register(Notification)
class NotificationAdmin(NotificationsBase):
    """Who was told of what, and has read it."""

    list_display = ("kind", "recipient", "actor", "priority", "is_read", "created_at")
    list_select_related = ("recipient", "actor")
    list_filter = ("kind", "priority", "is_read")
    search_fields = ("recipient__username", "actor__username", "text")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        return False

"""The paths of the pages about notifications, each with and without its last slash."""

from django.urls import re_path

from notifications import pages

urlpatterns = [
    re_path(r"^notifications/?$", pages.notifications, name="notifications"),
    re_path(r"^notifications/read-all/?$", pages.read_all, name="read-all"),
    re_path(r"^notifications/(?P<notification_id>[^/]+)/read/?$", pages.read, name="read"),
]

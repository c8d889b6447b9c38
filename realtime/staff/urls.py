"""The paths of the live page, under the admin's."""

from django.contrib import admin
from django.urls import re_path

from realtime.staff import pages

app_name = "staff"
urlpatterns = [
    re_path(r"^$", admin.site.admin_view(pages.live), name="live"),
    re_path(r"^sockets/?$", admin.site.admin_view(pages.sockets), name="sockets"),
    re_path(r"^reconnect/?$", admin.site.admin_view(pages.reconnect), name="reconnect"),
]

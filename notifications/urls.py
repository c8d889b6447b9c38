"""The REST paths of notifications, below ``/api/``; each with and without a trailing slash."""

from django.urls import URLPattern, re_path

from notifications import views

urlpatterns: list[URLPattern] = [
    re_path(r"^notifications/?$", views.NotificationsView.as_view(), name="api_notifications"),
    re_path(r"^notifications/read-all/?$", views.ReadAllView.as_view(), name="api_read_all"),
    re_path(
        r"^notifications/(?P<notification_id>[^/]+)/read/?$",
        views.ReadView.as_view(),
        name="api_read",
    ),
]

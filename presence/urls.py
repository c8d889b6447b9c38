"""The REST path of presence, below ``/api/``; with and without a trailing slash."""

from django.urls import URLPattern, re_path

from presence import views

urlpatterns: list[URLPattern] = [
    re_path(r"^presence/?$", views.PresenceView.as_view(), name="presence"),
]

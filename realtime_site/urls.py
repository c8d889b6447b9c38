"""Which view answers which path."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from realtime.contract.views import asyncapi, events_page
from realtime.health import healthz, metrics, readyz
from realtime.rest.schema import SchemaView, schema_page
from realtime.rest.views import api_not_found
from realtime.sse import stream
from realtime.views import poll
from realtime_site.contract import contract


def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that name no icon, as the admin's: browsers ask here by themselves."""
    return redirect(static("posts/favicon.svg"))


urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^healthz/?$", healthz, name="healthz"),
    re_path(r"^readyz/?$", readyz, name="readyz"),
    re_path(r"^metrics/?$", metrics, name="metrics"),
    path("favicon.ico", favicon),
    # The settings page ends the other logins and keeps this one; the admin's own knows no logins.
    path("admin/password_change/", RedirectView.as_view(url="/settings/")),
    path("admin/live/", include("realtime.staff.urls")),
    path("admin/", admin.site.urls),
    re_path(r"^admin/live$", RedirectView.as_view(url="/admin/live/")),
    re_path(r"^admin$", RedirectView.as_view(url="/admin/")),
    re_path(r"^api/realtime/poll/?$", poll, name="poll"),
    re_path(r"^api/realtime/stream/?$", stream, name="stream"),
    re_path(r"^api/schema/?$", SchemaView.as_view(), name="schema"),
    re_path(r"^api/docs/?$", schema_page, name="docs"),
    re_path(r"^api/docs/events/?$", events_page, {"contract": contract}, name="event_docs"),
    re_path(r"^api/asyncapi\.json/?$", asyncapi, {"contract": contract}, name="asyncapi"),
    path("api/", include("accounts.urls")),
    path("api/", include("posts.urls")),
    path("api/", include("notifications.urls")),
    path("api/", include("moderation.urls")),
    path("api/", include("presence.urls")),
    re_path(r"^api(?:/|$)", api_not_found),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.page_urls")),
    path("", include("posts.page_urls")),
    path("", include("notifications.page_urls")),
    path("", include("moderation.page_urls")),
]

# In the API's own format under /api/, as pages elsewhere.
handler400 = "realtime.rest.exceptions.bad_request"
handler404 = "realtime.rest.exceptions.not_found"
handler500 = "realtime.rest.exceptions.server_error"

"""The REST paths of moderation, below ``/api/``; each with and without a trailing slash."""

from django.urls import URLPattern, re_path

from moderation import views

urlpatterns: list[URLPattern] = [
    re_path(
        r"^posts/(?P<post_id>[^/]+)/report/?$",
        views.ReportPostView.as_view(),
        name="api_report_post",
    ),
    re_path(
        r"^comments/(?P<comment_id>[^/]+)/report/?$",
        views.ReportCommentView.as_view(),
        name="api_report_comment",
    ),
]

"""The paths of the pages about moderation, each with and without its last slash."""

from django.urls import re_path

from moderation import pages

urlpatterns = [
    re_path(r"^posts/(?P<post_id>[^/]+)/report/?$", pages.report_post, name="report-post"),
    re_path(
        r"^comments/(?P<comment_id>[^/]+)/report/?$", pages.report_comment, name="report-comment"
    ),
]

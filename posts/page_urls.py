"""The paths of the pages about posts, each with and without its last slash."""

from django.urls import re_path

from posts import pages

urlpatterns = [
    re_path(r"^$", pages.feed, name="feed"),
    re_path(r"^posts/?$", pages.create, name="create"),
    re_path(r"^posts/(?P<post_id>[^/]+)/?$", pages.thread, name="thread"),
    re_path(r"^posts/(?P<post_id>[^/]+)/comments/?$", pages.comment, name="comment"),
    re_path(r"^posts/(?P<post_id>[^/]+)/like/?$", pages.like, name="like"),
    re_path(r"^posts/(?P<post_id>[^/]+)/edit/?$", pages.edit, name="edit"),
    re_path(r"^posts/(?P<post_id>[^/]+)/delete/?$", pages.delete, name="delete"),
    re_path(r"^comments/(?P<comment_id>[^/]+)/edit/?$", pages.edit_comment, name="edit-comment"),
    re_path(
        r"^comments/(?P<comment_id>[^/]+)/delete/?$", pages.delete_comment, name="delete-comment"
    ),
    re_path(r"^tags/(?P<tag>[^/]+)/?$", pages.tag, name="tag"),
    re_path(r"^tags/(?P<tag>[^/]+)/follow/?$", pages.follow_tag, name="follow-tag"),
    re_path(r"^@(?P<username>[^/]+)/?$", pages.profile, name="profile"),
]

"""The REST paths of posts, below ``/api/``; each with and without a trailing slash."""

from django.urls import URLPattern, re_path

from posts import views

_POST = r"^posts/(?P<post_id>[^/]+)"

urlpatterns: list[URLPattern] = [
    re_path(r"^posts/?$", views.PostsView.as_view(), name="api_posts"),
    re_path(_POST + r"/?$", views.PostView.as_view(), name="api_post"),
    re_path(_POST + r"/like/?$", views.LikeView.as_view(), name="api_like"),
    re_path(_POST + r"/comments/?$", views.CommentsView.as_view(), name="api_comments"),
    re_path(r"^comments/(?P<comment_id>[^/]+)/?$", views.CommentView.as_view(), name="api_comment"),
    re_path(
        r"^hashtags/(?P<tag>[^/]+)/follow/?$",
        views.HashtagFollowView.as_view(),
        name="api_follow_hashtag",
    ),
]

"""The REST paths of accounts, below ``/api/``; each with and without a trailing slash."""

from django.urls import URLPattern, re_path

from accounts import people_views, views

_USER = r"^users/(?P<user_id>[^/]+)"

urlpatterns: list[URLPattern] = [
    re_path(r"^auth/register/?$", views.RegisterView.as_view(), name="register"),
    re_path(r"^auth/token/?$", views.TokenView.as_view(), name="token"),
    re_path(r"^auth/token/refresh/?$", views.RefreshView.as_view(), name="token_refresh"),
    re_path(r"^auth/logout/?$", views.LogoutView.as_view(), name="api_logout"),
    re_path(r"^auth/password/?$", views.PasswordView.as_view(), name="api_password"),
    re_path(r"^users/?$", people_views.UsersView.as_view(), name="api_users"),
    # "me" is no id, so these come first.
    re_path(r"^users/me/?$", people_views.MeView.as_view(), name="api_me"),
    re_path(r"^users/me/blocks/?$", people_views.BlocksView.as_view(), name="api_blocks"),
    re_path(_USER + r"/?$", people_views.UserView.as_view(), name="api_user"),
    re_path(_USER + r"/followers/?$", people_views.FollowersView.as_view(), name="api_followers"),
    re_path(_USER + r"/following/?$", people_views.FollowingView.as_view(), name="api_following"),
    re_path(_USER + r"/follow/?$", people_views.FollowView.as_view(), name="api_follow"),
    re_path(_USER + r"/block/?$", people_views.BlockView.as_view(), name="api_block"),
]

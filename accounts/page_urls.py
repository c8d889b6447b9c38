"""The paths of the pages about accounts, each with and without its last slash."""

from django.contrib.auth.views import LogoutView
from django.urls import re_path

from accounts import pages, people_pages, settings_pages

urlpatterns = [
    re_path(r"^login/?$", pages.log_in, name="login"),
    re_path(r"^logout/?$", LogoutView.as_view(next_page="/login/"), name="logout"),
    re_path(r"^signup/?$", pages.sign_up, name="signup"),
    re_path(r"^theme/?$", pages.choose_theme, name="theme"),
    re_path(r"^@(?P<username>[^/]+)/follow/?$", people_pages.follow, name="follow"),
    re_path(r"^@(?P<username>[^/]+)/block/?$", people_pages.block, name="block"),
    re_path(r"^settings/?$", settings_pages.settings_page, name="settings"),
    re_path(r"^settings/profile/?$", settings_pages.profile, name="settings-profile"),
    re_path(r"^settings/password/?$", settings_pages.password, name="settings-password"),
    re_path(r"^settings/leave/?$", settings_pages.leave, name="settings-leave"),
]

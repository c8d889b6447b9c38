"""Users and follows in Django's admin.

What is saved or deleted here takes the models' own road, so it is live like everything else.
"""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Follow, User
from accounts.page_forms import AdminLoginForm

if TYPE_CHECKING:  # only there do these take a parameter
    UsersBase = UserAdmin[User]
    FollowsBase = admin.ModelAdmin[Follow]
else:
    UsersBase = UserAdmin
    FollowsBase = admin.ModelAdmin


admin.site.login_form = AdminLoginForm


@admin.register(User)
class SiteUserAdmin(UsersBase):
    """Find users, edit their profiles, deactivate them (which closes their sockets)."""

    list_display = (
        "username",
        "display_name",
        "follower_count",
        "is_active",
        "suspended_until",
        "is_staff",
    )
    search_fields = ("username", "display_name", "email")
    ordering = ("-id",)
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = (
        "follower_count",
        "following_count",
        "last_login",
        "date_joined",
        "suspended_until",
    )
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (
            _("Profile"),
            {
                "fields": (
                    "display_name",
                    "avatar_url",
                    "show_presence",
                    "follower_count",
                    "following_count",
                    "suspended_until",
                )
            },
        ),
    )


@admin.register(Follow)
class FollowAdmin(FollowsBase):
    """Who follows whom; a follow is made or ended, never changed."""

    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__username", "followed__username")
    autocomplete_fields = ("follower", "followed")

    def has_change_permission(self, request: HttpRequest, obj: Follow | None = None) -> bool:
        return False

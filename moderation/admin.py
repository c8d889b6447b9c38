"""The moderators' side of the admin: the log of decisions, and actions in the lists of others.

Posts, comments and users have their own admin; here they get the moderators' actions. The queue
is in ``queue_admin.py``.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import SiteUserAdmin
from accounts.models import User
from moderation.admin_actions import ABOUT_AUTHORS, ABOUT_TEXTS, Moderating, actions_of
from moderation.decisions import decide
from moderation.models import Action, Decision
from moderation.queue_admin import CaseAdmin
from posts.admin import CommentAdmin, PostAdmin
from posts.models import Comment, Post

__all__ = ["CaseAdmin"]

if TYPE_CHECKING:  # only there does it take a parameter
    DecisionsBase = admin.ModelAdmin[Decision]
else:
    DecisionsBase = admin.ModelAdmin


@admin.register(Decision)
class DecisionAdmin(DecisionsBase):
    """The log of decisions: to read, for everybody who may; to change, for nobody."""

    list_display = ("created_at", "action", "author_name", "excerpt", "reason", "moderator_name")
    list_filter = ("action", "created_at")
    search_fields = ("author_name", "moderator_name", "text", "reason", "subject")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False

    @admin.display(description=_("text"))
    def excerpt(self, decision: Decision) -> str:
        return decision.text if len(decision.text) <= 80 else f"{decision.text[:79]}…"


class Logged(Moderating):
    """Deleting by Django's own form is a decision too, though nobody asks for a reason there."""

    def delete_model(self, request: HttpRequest, obj: Post | Comment) -> None:
        reason = str(_("Deleted in the admin, without a reason."))
        decide(request.user, Action.DELETE, obj, reason=reason)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset.order_by("pk"):
            self.delete_model(request, obj)


class ModeratedPostAdmin(Logged, PostAdmin):
    """Posts, with the moderators' actions."""

    actions = actions_of(*ABOUT_TEXTS, *ABOUT_AUTHORS)


class ModeratedCommentAdmin(Logged, CommentAdmin):
    """Comments, with the moderators' actions."""

    actions = actions_of(*ABOUT_TEXTS, *ABOUT_AUTHORS)


class ModeratedUserAdmin(Moderating, SiteUserAdmin):
    """Users, with the moderators' actions; who may not change them sees no more than is needed."""

    actions = actions_of(*ABOUT_AUTHORS, Action.LIFT)
    #: Neither the password's hash nor the address is a moderator's business.
    seen_by_moderators = (
        "username",
        "display_name",
        "is_active",
        "suspended_until",
        "follower_count",
        "following_count",
        "date_joined",
        "last_login",
    )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ((None, {"fields": self.seen_by_moderators}),)
        return super().get_fieldsets(request, obj)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        may_change = self.has_change_permission(request)
        return tuple(one for one in self.search_fields if may_change or one != "email")


for model in (Post, Comment, User):
    admin.site.unregister(model)
admin.site.register(Post, ModeratedPostAdmin)
admin.site.register(Comment, ModeratedCommentAdmin)
admin.site.register(User, ModeratedUserAdmin)

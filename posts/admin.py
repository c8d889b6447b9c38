"""Posts and comments in Django's admin.

What is saved or deleted here takes the models' own road, so it is live like everything else.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from posts.models import Comment, Post

if TYPE_CHECKING:  # only there does it take a parameter
    WrittenBase = admin.ModelAdmin[Post | Comment]
else:
    WrittenBase = admin.ModelAdmin


class WrittenAdmin(WrittenBase):
    """What both have in common: what a moderator deletes goes with that reason."""

    list_select_related = ("author",)
    search_fields = ("body", "author__username")
    date_hierarchy = "created_at"
    #: What is told of it, and counted, hangs on these: they are never changed.
    fixed_fields: ClassVar[tuple[str, ...]] = ("author",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Post | Comment | None = None
    ) -> tuple[str, ...]:
        return (*self.readonly_fields, *(self.fixed_fields if obj else ()))

    def delete_model(self, request: HttpRequest, obj: Post | Comment) -> None:
        obj.delete(reason="moderation")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.delete(reason="moderation")  # type: ignore[call-arg]  # it is a RowByRow


@admin.register(Post)
class PostAdmin(WrittenAdmin):
    """Find, edit, add and delete posts."""

    list_display = (
        "__str__",
        "author",
        "visibility",
        "like_count",
        "comment_count",
        "created_at",
        "hidden_at",
    )
    list_filter = ("visibility", ("hidden_at", admin.EmptyFieldListFilter))
    autocomplete_fields = ("author",)
    readonly_fields = (
        "hashtags",
        "like_count",
        "comment_count",
        "version",
        "updated_at",
        "hidden_at",
    )


@admin.register(Comment)
class CommentAdmin(WrittenAdmin):
    """Find, edit, add and delete comments."""

    list_display = ("__str__", "author", "post", "created_at", "hidden_at")
    list_filter = (("hidden_at", admin.EmptyFieldListFilter),)
    autocomplete_fields = ("author", "post")
    fixed_fields = ("author", "post")
    readonly_fields = ("version", "updated_at", "hidden_at")

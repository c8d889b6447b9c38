"""The queue in the admin: what was reported, how often and why, in its context.

It reads; what is done about it is ``admin_actions.py``'s. ``admin.py`` has it with the rest.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from moderation.admin_actions import ABOUT_AUTHORS, ABOUT_TEXTS, PREFIX, Moderating, actions_of
from moderation.models import Action, Case, Decision, Report
from posts.models import Comment, Post

if TYPE_CHECKING:  # only there does it take a parameter
    CasesBase = admin.ModelAdmin[Case]
else:
    CasesBase = admin.ModelAdmin

#: Reasons in the list, and neighbours on a thing's own page.
SHOWN_REASONS = 3
SHOWN_COMMENTS = 5


class StateFilter(admin.SimpleListFilter):
    """Open ones unless said: that is what a queue is for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decided", _("decided")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(is_open=self.value() != "decided")

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            is_default = choice["query_string"] == changelist.get_query_string(
                remove=[self.parameter_name]
            )
            yield {**choice, "display": _("open")} if is_default else choice


class KindFilter(admin.SimpleListFilter):
    """Posts or comments; what is gone counts as what it was."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("post", _("post")), ("comment", _("comment"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.value()
        return queryset.filter(subject__startswith=f"{kind}:") if kind else queryset


def _link(row: Any, text: str) -> SafeString:
    """To a row's own page in the admin."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), text)


def _time(row: Report | Decision) -> str:
    return f"{row.created_at:%Y-%m-%d %H:%M}"


@admin.register(Case)
class CaseAdmin(Moderating, CasesBase):
    """The queue: one row for each reported thing, the last reported first."""

    list_display = ("excerpt", "kind", "by", "reports_open", "reasons", "state", "reported_at")
    list_filter = (StateFilter, KindFilter)
    search_fields = ("text", "author__username")
    list_select_related = ("author", "post", "comment")
    list_per_page = 50
    actions = actions_of(*ABOUT_TEXTS, Action.DISMISS, *ABOUT_AUTHORS)
    fields = ("kind", "by", "state", "whole_text", "context", "all_reports", "decisions")
    readonly_fields = fields
    change_form_template = "admin/moderation/case/change_form.html"

    class Media:
        css: ClassVar = {"all": ("moderation/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        cases = super().get_queryset(request).prefetch_related("reports")
        open_ones = Count("reports", filter=Q(reports__decision=None))
        return cases.annotate(open_count=open_ones)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # A queue is worked off by decisions.
        actions.pop("delete_selected", None)
        return actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        buttons = [
            (f"{PREFIX}{action.value}", action.label)
            for action in (*ABOUT_TEXTS, Action.DISMISS, *ABOUT_AUTHORS)
        ]
        extra = {"buttons": buttons if self.has_moderate_permission(request) else []}
        return super().changeform_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )

    @admin.display(description=_("text"))
    def excerpt(self, case: Case) -> str:
        return case.text if len(case.text) <= 80 else f"{case.text[:79]}…"

    @admin.display(description=_("kind"), ordering="subject")
    def kind(self, case: Case) -> str:
        return str(_("comment") if case.subject.startswith("comment:") else _("post"))

    @admin.display(description=_("author"), ordering="author__username")
    def by(self, case: Case) -> SafeString:
        return _link(case.author, case.author.username)

    @admin.display(description=_("reports"), ordering="open_count")
    def reports_open(self, case: Case) -> str:
        total, still_open = len(case.reports.all()), case.open_count  # type: ignore[attr-defined]
        return str(still_open) if still_open == total else f"{still_open} / {total}"

    @admin.display(description=_("reasons"))
    def reasons(self, case: Case) -> SafeString:
        newest = list(case.reports.all())[:SHOWN_REASONS]
        return format_html_join("", "<div>{}</div>", ((report.reason[:120],) for report in newest))

    @admin.display(description=_("state"))
    def state(self, case: Case) -> str:
        if case.thing is None:
            return str(_("gone"))
        return str(_("hidden") if case.thing.is_hidden else _("visible"))

    @admin.display(description=_("text"))
    def whole_text(self, case: Case) -> SafeString:
        """As it is now, with the way there; where that is another, also as it was reported."""
        thing = case.thing
        now = case.text if thing is None else thing.body
        reported = "" if now == case.text else case.text
        text = format_html('<div class="said">{}</div>', now)
        if thing is not None:
            post_id = thing.pk if isinstance(thing, Post) else thing.post_id
            here, there = _link(thing, str(_("in the admin"))), f"/posts/{post_id}/"
            text += format_html('<p>{} · <a href="{}">{}</a></p>', here, there, _("on the site"))
        if reported:
            label = _("when it was reported:")
            text += format_html('<p>{}</p><div class="said">{}</div>', label, reported)
        return text

    @admin.display(description=_("context"))
    def context(self, case: Case) -> SafeString:
        """The post that a comment is under, and what was said around it."""
        post = case.post or (case.comment.post if case.comment else None)
        if post is None:
            return SafeString("—")
        around = post.comments.select_related("author")
        if case.comment is not None:
            before = list(around.filter(pk__lt=case.comment.pk).order_by("-pk")[:SHOWN_COMMENTS])
            after = list(around.filter(pk__gt=case.comment.pk)[:SHOWN_COMMENTS])
            shown: list[Post | Comment] = [post, *before[::-1], case.comment, *after]
        else:
            shown = [post, *around[:SHOWN_COMMENTS]]
        rows = ((one.author.username, one.body[:300]) for one in shown)
        return format_html_join("", '<div class="said"><b>{}</b> {}</div>', rows)

    @admin.display(description=_("reports"))
    def all_reports(self, case: Case) -> SafeString:
        reports = case.reports.select_related("reporter", "decision")
        rows = (
            (
                f"{one.created_at:%Y-%m-%d %H:%M}",
                one.reporter.username,
                one.reason,
                one.decision or "",
            )
            for one in reports
        )
        return format_html_join("", "<div>{} <b>{}</b>: {} <i>{}</i></div>", rows)

    @admin.display(description=_("decisions about this author"))
    def decisions(self, case: Case) -> SafeString:
        rows = (
            (
                f"{one.created_at:%Y-%m-%d %H:%M}",
                _link(one, str(one)),
                one.moderator_name,
                one.reason,
            )
            for one in Decision.objects.filter(author_id=case.author_id)[:20]
        )
        return format_html_join("", "<div>{} {} ({}): {}</div>", rows) or SafeString("—")

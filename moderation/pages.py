"""The page on which one reports a post or comment. It calls ``actions.py``, as REST does."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.page_context import frame, page, reader_of
from moderation import actions
from moderation.models import MAX_REASON
from posts.models import Comment, Post
from posts.rights import visible_comment, visible_post
from realtime.errors import Forbidden


@page
@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: HttpRequest, post_id: str) -> HttpResponse:
    """Tell the moderators of a post."""
    context = frame(request)
    post = visible_post(reader_of(request), post_id)
    return _report(request, context, post, f"/posts/{post.pk}/")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def report_comment(request: HttpRequest, comment_id: str) -> HttpResponse:
    """Tell the moderators of a comment."""
    context = frame(request)
    comment = visible_comment(reader_of(request), comment_id)
    back = f"/posts/{comment.post_id}/#comment-{comment.pk}"
    return _report(request, context, comment, back)


def _report(
    request: HttpRequest, context: dict[str, Any], thing: Post | Comment, back: str
) -> HttpResponse:
    """The form; for who has sent it, that it has come in."""
    reader = reader_of(request)
    if thing.author_id == reader.pk:
        raise Forbidden("nobody reports themselves")
    context |= {"thing": thing, "back": back, "limit": MAX_REASON}
    if request.method == "POST":
        context["draft"] = request.POST.get("reason", "")
        report = actions.report_post if isinstance(thing, Post) else actions.report_comment
        try:
            report(reader, thing.pk, context["draft"])
        except ValidationError as error:
            context["wrong"] = error.messages[0]
        else:
            return redirect(request.path)
    context["is_reported"] = actions.has_reported(reader, thing)
    status = 400 if "wrong" in context else 200
    return render(request, "moderation/report.html", context, status=status)

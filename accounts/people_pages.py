"""The forms about others: follow, block. They call ``actions.py``, as REST does."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts import actions, names
from accounts.models import User
from accounts.page_context import page, reader_of
from accounts.pages import back

Act = Callable[[User, str], User]


@page
@require_POST
def follow(request: HttpRequest, username: str) -> HttpResponse:
    """Follow somebody, or end it (``follow=0``)."""
    act = actions.follow if request.POST.get("follow") == "1" else actions.unfollow
    return _done(request, username, act)


@page
@require_POST
def block(request: HttpRequest, username: str) -> HttpResponse:
    """Block somebody, or end it (``block=0``)."""
    act = actions.block if request.POST.get("block") == "1" else actions.unblock
    return _done(request, username, act)


def _done(request: HttpRequest, username: str, act: Act) -> HttpResponse:
    person = User.objects.filter(username_key=names.key(username)).first()
    try:
        act(reader_of(request), str(person.pk) if person else "")
    except ValidationError:  # oneself, or one too many: no button asks for that
        raise Http404 from None
    return back(request, f"/@{username}/")

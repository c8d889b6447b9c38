"""The live page and what its buttons do. Staff alone; what it shows comes by the socket.

``admin_view`` leads everybody else to the admin's login and asks for the CSRF token.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from realtime.conf import conf
from realtime.envelope import Errand
from realtime.staff import errands
from realtime.staff.groups import RIGHT
from realtime.staff.watch import NAME
from realtime.staff.words import words

#: A name is shorter; an id is 36.
MAX_NAME = 200


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The page; its numbers come by the socket."""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Live"),
        "may_reconnect": may_reconnect(request),
        "words": words(),
        "transports": [one for one in conf().transports if one != "polling"],
    }
    return TemplateResponse(request, "admin/staff/live.html", context)


def may_reconnect(request: HttpRequest) -> bool:
    """Superusers, and who is in the group that has the right."""
    return request.user.has_perm(RIGHT)


@require_POST
def sockets(request: HttpRequest) -> HttpResponse:
    """Ask every process for the sockets of one user; the answers come by the socket."""
    user = _named_user(request)
    if user is None:
        return _refusal(404, _("There is no user of this name."))
    errand = Errand(node="", what="sockets", ask=_given(request, "ask"), user=str(user.pk))
    heard = errands.send(errand, NAME)
    found = {"userId": str(user.pk), "username": user.get_username()}
    return JsonResponse(found | {"onlyHere": not heard})


@require_POST
def reconnect(request: HttpRequest) -> HttpResponse:
    """Send one socket, one user's, or those of one process away; they come back by themselves."""
    if not may_reconnect(request):
        return _refusal(403, _("This needs the right to send sockets away."))
    user = _named_user(request)
    socket, process = _given(request, "socket"), _given(request, "process")
    if _given(request, "user") and user is None:
        return _refusal(404, _("There is no user of this name."))
    if sum(map(bool, (user, socket, process))) != 1:
        return _refusal(400, "one of user, socket, process")
    user_id = str(user.pk) if user else ""
    _note(request, user, socket, process)
    heard = errands.send(
        Errand(node="", what="reconnect", user=user_id, socket=socket, process=process), NAME
    )
    return JsonResponse({"onlyHere": not heard})


def _given(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:MAX_NAME]


def _named_user(request: HttpRequest) -> AbstractBaseUser | None:
    users, name = get_user_model(), _given(request, "user").removeprefix("@")
    if not name:
        return None
    try:
        return users._default_manager.get_by_natural_key(name)
    except users.DoesNotExist:
        return None


def _note(request: HttpRequest, user: AbstractBaseUser | None, socket: str, process: str) -> None:
    """Who did it, in the admin's own log; before it is done, so that nothing goes unwritten."""
    what = user.get_username() if user else socket or process
    kind = "user" if user else "socket" if socket else "process"
    LogEntry.objects.create(
        user=request.user,  # type: ignore[misc]  # staff: nobody else comes here
        content_type=ContentType.objects.get_for_model(get_user_model()) if user else None,
        object_id=str(user.pk) if user else what,
        object_repr=what[:200],
        action_flag=CHANGE,
        change_message=f"Asked the sockets of {kind} {what} to reconnect.",
    )


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)

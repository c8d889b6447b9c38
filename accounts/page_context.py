"""What is behind every page of somebody who is logged in: who reads, and up to where it is true.

Reads alone. The order matters: the cursor is read before any row, so that a page can follow live
from it without a gap.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts import wire
from accounts.models import User
from realtime import log
from realtime.errors import Forbidden, NotFound, RateLimited
from realtime.too_often import too_often

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """For those who are logged in; what does not exist for them is not found, and so on."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except Forbidden:
            raise PermissionDenied from None
        except RateLimited as error:
            return too_often(request, error)

    return login_required(answer)


def reader_of(request: HttpRequest) -> User:
    """Who reads; pages ask only after ``login_required``."""
    return cast(User, request.user)


def frame(request: HttpRequest, *, way: str = "") -> dict[str, Any]:
    """The part that is the same for all pages; call it before reading anything else."""
    cursor = log.cursor()
    viewer = wire.User.of(reader_of(request))
    return {
        "cursor": cursor,
        "way": way,
        "viewer": viewer,
        "viewer_data": msgspec.to_builtins(viewer),
        "is_debugged": settings.DEBUG,
        # What the templates that the client copies are rendered with.
        "blank": "",
    }

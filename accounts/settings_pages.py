"""The page of one's own settings, and its forms. They call ``actions.py``, as REST does."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import wire
from accounts.identities import session_login
from accounts.logins import SID
from accounts.models import User
from accounts.page_context import frame, page, reader_of
from accounts.settings_forms import LeaveForm, PasswordForm, ProfileForm
from realtime import rates


@page
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Profile, looks, people that are blocked, password, and the end."""
    return _settings(request)


@page
@require_POST
def profile(request: HttpRequest) -> HttpResponse:
    """Another name, or another choice of whether one is shown as online."""
    form = ProfileForm(reader_of(request), request.POST)
    if not form.save():
        return _settings(request, profile_form=form)
    return _saved(request)


@page
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Another password; this login goes on, the others end."""
    reader = reader_of(request)
    rates.take("login_failures", f"password of {reader.pk}")
    form = PasswordForm(reader, request.POST)
    if not form.save(session_login(request.session.get(SID), reader.pk)):
        return _settings(request, password_form=form)
    update_session_auth_hash(request, reader)
    return _saved(request)


@page
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The end of the account."""
    reader = reader_of(request)
    rates.take("login_failures", f"password of {reader.pk}")
    form = LeaveForm(reader, request.POST)
    if not form.save():
        return _settings(request, leave_form=form)
    logout(request)
    return redirect("/signup/")


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("/settings/")


def _settings(request: HttpRequest, **forms: Form) -> HttpResponse:
    context: dict[str, Any] = frame(request, way="settings")
    reader = reader_of(request)
    blocked = User.objects.filter(blocked_by__blocker=reader).order_by("username_key")
    context |= {
        "profile_form": ProfileForm(reader),
        "password_form": PasswordForm(reader),
        "leave_form": LeaveForm(reader),
        "blocked": [wire.User.of(user) for user in blocked],
        **forms,
    }
    status = 400 if forms else 200
    return render(request, "accounts/settings.html", context, status=status)

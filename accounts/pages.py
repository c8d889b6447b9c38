"""Pages for everybody: sign up, log in, log out, and the look of the site.

They call ``actions.py``, as REST does, and work without JavaScript.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.attempts import place_of
from accounts.identities import suspended_user
from accounts.logins import SID
from accounts.page_forms import LoginForm, SignupForm
from accounts.suspension import in_words
from realtime import rates
from realtime.errors import RateLimited
from realtime.too_often import say_when, too_often

#: Seconds for which a choice of theme is kept: a year.
THEME_KEPT = 31_536_000


class LogIn(LoginView):
    """The log-in page; it tells who was led here by a suspension of it."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if isinstance(form, LoginForm) and form.refused is not None:
            say_when(response, form.refused)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = suspended_user(self.request.session.get(SID))
        words = in_words(user.suspended_until if user.is_active else None) if user else ""
        return super().get_context_data(**kwargs, shut_out=words)


log_in = LogIn.as_view()


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new user, logged in at once."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        try:
            rates.take("register", place_of(request))
        except RateLimited as error:
            return too_often(request, error)
    form = SignupForm(request.POST or None)
    user = form.save() if request.method == "POST" and form.is_valid() else None
    if user is None:
        status = 400 if request.method == "POST" else 200
        return render(request, "accounts/signup.html", {"form": form}, status=status)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light or dark from now on; the one that is chosen already: as the system has it."""
    response = back(request)
    theme = request.POST.get("theme", "")
    if theme not in {"light", "dark"} or theme == request.COOKIES.get("theme"):
        response.delete_cookie("theme", samesite="Lax")
    else:
        response.set_cookie(
            "theme", theme, max_age=THEME_KEPT, secure=request.is_secure(), samesite="Lax"
        )
    return response


def back(request: HttpRequest, otherwise: str = "/") -> HttpResponse:
    """To the page that a form was sent from, if it is one of this site."""
    target = request.POST.get("next", "")
    # A path, not a word: ``redirect()`` would look for a view of that name.
    is_path = target.startswith("/")
    if is_path and url_has_allowed_host_and_scheme(target, {request.get_host()}):
        return HttpResponseRedirect(target)
    return redirect(otherwise)

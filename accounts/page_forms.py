"""The forms of the sign-up and log-in pages. The rules are ``actions.py``'s; these only ask."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.attempts import attempt, place_of
from accounts.models import MAX_DISPLAY_NAME, User
from accounts.suspension import in_words
from realtime.errors import RateLimited
from realtime.too_often import in_time


class GuardedForm(AuthenticationForm):
    """Takes so many tries and no more; lets nobody in who is suspended, and tells them so.

    That they are suspended: only for the right password.
    """

    #: Why nothing was tried, if it was too often.
    refused: RateLimited | None = None

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if self.request is None or not (username and self.cleaned_data.get("password")):
            return super().clean()
        try:
            with attempt(username, place_of(self.request)):
                return super().clean()
        except RateLimited as error:
            self.refused = error
            raise ValidationError(in_time(error), code="rate_limited") from None

    def confirm_login_allowed(self, user: Any) -> None:
        if user.is_suspended:
            until = user.suspended_until if user.is_active else None
            raise ValidationError(in_words(until), code="suspended")
        super().confirm_login_allowed(user)


class AdminLoginForm(GuardedForm, AdminAuthenticationForm):
    """The same at the door of the admin."""


class LoginForm(GuardedForm):
    """Username and password, without colons."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class SignupForm(forms.Form):
    """A name and a password; ``save`` makes the user, or leaves the reasons in ``errors``."""

    username = UsernameField(label=_("Username"), max_length=150)
    display_name = forms.CharField(
        label=_("Name that others see"),
        max_length=MAX_DISPLAY_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["username"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = password_validators_help_text_html()

    def save(self) -> User | None:
        """The new user; None when something will not do."""
        try:
            return actions.register(**self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return None

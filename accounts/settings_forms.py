"""The forms of the settings page. The rules are ``actions.py``'s; these only ask."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import MAX_DISPLAY_NAME, Login, User


class SettingsForm(forms.Form):
    """One part of one's settings; ``save`` is False where something will not do."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": self.auto_ids(), **kwargs})
        self.user = user

    @classmethod
    def auto_ids(cls) -> str:
        """Several of these stand on one page, and an id may be there once."""
        return f"{cls.__name__.removesuffix('Form').lower()}-%s"


class ProfileForm(SettingsForm):
    """What others see."""

    display_name = forms.CharField(
        label=_("Name that others see"),
        max_length=MAX_DISPLAY_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    show_presence = forms.BooleanField(
        label=_("Show others when I am online"),
        help_text=_("Otherwise nobody sees whether you are here."),
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        shown = {"display_name": user.display_name, "show_presence": user.show_presence}
        super().__init__(user, *args, **{"initial": shown, **kwargs})

    def save(self) -> bool:
        if not self.is_valid():
            return False
        try:
            actions.update_profile(self.user, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
        return self.is_valid()


class PasswordForm(SettingsForm):
    """The old password, and the new one."""

    old_password = forms.CharField(
        label=_("Your password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password"].help_text = password_validators_help_text_html()

    def save(self, login: Login) -> bool:
        """All other logins end."""
        if not self.is_valid():
            return False
        old, new = self.cleaned_data["old_password"], self.cleaned_data["new_password"]
        try:
            actions.change_password(self.user, old, new, login)
        except ValidationError as error:
            self.add_error(None, error)
        return self.is_valid()


class LeaveForm(SettingsForm):
    """The password, so that nobody else ends an account at an open page."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def save(self) -> bool:
        if not self.is_valid():
            return False
        try:
            actions.delete_account(self.user, self.cleaned_data["password"])
        except ValidationError as error:
            self.add_error(None, error)
        return self.is_valid()

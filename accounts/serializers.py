"""What clients send about accounts. What they get is in ``wire.py``."""

from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

from accounts.models import MAX_DISPLAY_NAME
from realtime.rest.fields import PlainText, StrictBoolean, StrictText
from realtime.rest.schema import sent_as

#: Hashing takes its time with every character.
MAX_PASSWORD = 1_000


@sent_as(username="aiko", password="correct horse battery")  # noqa: S106 — an example
class Credentials(serializers.Serializer[Any]):
    """Who one says one is, and the proof."""

    username = StrictText(max_length=150)
    password = StrictText(max_length=MAX_PASSWORD, trim_whitespace=False)


@sent_as(username="aiko", password="correct horse battery", displayName="愛子")  # noqa: S106
class Registration(Credentials):
    """A new user."""

    username = StrictText(max_length=150, validators=[UnicodeUsernameValidator()])
    displayName = PlainText(max_length=MAX_DISPLAY_NAME, lines=False, required=False)


@sent_as(refresh="eyJhbGciOiJIUzI1NiJ9.e30.cmVm")
class Refresh(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = StrictText(max_length=4_096)


@sent_as(oldPassword="correct horse battery", newPassword="a horse of another kind")
class PasswordChange(serializers.Serializer[Any]):
    """A password, and the one to come."""

    oldPassword = StrictText(max_length=MAX_PASSWORD, trim_whitespace=False)
    newPassword = StrictText(max_length=MAX_PASSWORD, trim_whitespace=False)


@sent_as(displayName="愛子", showPresence=False)
class OwnProfileInput(serializers.Serializer[Any]):
    """What one may change of one's profile."""

    displayName = PlainText(max_length=MAX_DISPLAY_NAME, lines=False, required=False)
    showPresence = StrictBoolean(required=False)


@sent_as(password="correct horse battery")  # noqa: S106 — an example
class Farewell(serializers.Serializer[Any]):
    """The proof that one may delete the account."""

    password = StrictText(max_length=MAX_PASSWORD, trim_whitespace=False)


class UserQuery(serializers.Serializer[Any]):
    """Which users are looked for."""

    username = StrictText(max_length=150)

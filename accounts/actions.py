"""What people do with their accounts: the one road of REST, pages, admin and demo.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Each call is one transaction, or part of its caller's.
"""

from contextlib import suppress

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts import logins, names
from accounts.models import MAX_DISPLAY_NAME, Block, Follow, Login, User
from accounts.rights import known_user
from realtime.rest.text import plain_text
from realtime.transactions import atomic, retrying


def register(username: str, password: str, display_name: str = "") -> User:
    """A new user; raises ValidationError with the fields that will not do."""
    user = User(username=names.written(username), display_name=display_name)
    user.set_unusable_password()
    problems = _problems(user, password)
    if problems:
        raise ValidationError(problems)
    user.set_password(password)
    try:
        with atomic():
            user.save()
    except IntegrityError:  # somebody took the name since it was looked up
        taken = _("A user with that username already exists.")
        raise ValidationError({"username": taken}) from None
    return user


def _problems(user: User, password: str) -> dict[str, list[ValidationError]]:
    problems: dict[str, list[ValidationError]] = {}
    try:
        user.full_clean()
    except ValidationError as error:
        problems.update(error.error_dict)
    try:
        validate_password(password, user)
    except ValidationError as error:
        problems["password"] = error.error_list
    return problems


@retrying
def update_profile(
    user: User, *, display_name: str | None = None, show_presence: bool | None = None
) -> User:
    """The user's own profile with what is given; raises ValidationError."""
    if display_name is not None:
        user.display_name = plain_text(
            display_name, field="display_name", max_length=MAX_DISPLAY_NAME, lines=False
        )
    user.show_presence = user.show_presence if show_presence is None else show_presence
    given = {"display_name": display_name, "show_presence": show_presence}
    user.save(update_fields=[name for name, value in given.items() if value is not None])
    user.refresh_from_db()
    return user


def change_password(user: User, old: str, new: str, keep_login: Login | None) -> None:
    """A new password, which ends all logins but the one it is changed in.

    Raises ValidationError, under ``old_password`` or ``new_password``.
    """
    with atomic():
        # First the lock: who logs in with the old password meanwhile is out, or too late.
        User.objects.lock(user.pk)
        user.refresh_from_db(fields=["password"])
        if not user.check_password(old):
            raise ValidationError({"old_password": _("This is not your password.")})
        try:
            validate_password(new, user)
        except ValidationError as error:
            raise ValidationError({"new_password": error.error_list}) from None
        user.set_password(new)
        user.kept_login = keep_login
        user.save(update_fields=["password"])
        if keep_login is not None:
            logins.prolong(keep_login)


def delete_account(user: User, password: str) -> None:
    """The user is gone, with all that they wrote; raises ValidationError."""
    if not user.check_password(password):
        raise ValidationError({"password": _("This is not your password.")})
    user.delete()


@retrying
def follow(reader: User, user_id: str) -> User:
    """The reader follows the user from now on, if not already; the user as they are then.

    Raises NotFound, Forbidden (the reader has blocked them), ValidationError (oneself, too many).
    """
    author = known_user(reader, user_id)
    if author == reader:
        raise ValidationError(_("Nobody can follow themselves."))
    if not Follow.objects.filter(follower=reader, followed=author).exists():
        with suppress(IntegrityError):  # a second click was faster
            Follow(follower=reader, followed=author).save()
    author.refresh_from_db()
    return author


@retrying
def unfollow(reader: User, user_id: str) -> User:
    """The reader does not follow the user any more; the user as they are then.

    Raises NotFound, ValidationError (oneself).
    """
    author = known_user(reader, user_id)
    if author == reader:
        raise ValidationError(_("Nobody can follow themselves."))
    for row in Follow.objects.filter(follower=reader, followed=author):
        row.delete()
    author.refresh_from_db()
    return author


@retrying
def block(reader: User, user_id: str) -> User:
    """From now on the reader and the user do not exist for each other; the user.

    Raises NotFound (also for who was blocked first), ValidationError (oneself).
    """
    other = known_user(reader, user_id)
    if other == reader:
        raise ValidationError(_("Nobody can block themselves."))
    with atomic():
        User.objects.lock(reader.pk, other.pk)
        if not Block.objects.filter(blocker=reader, blocked=other).exists():
            Block(blocker=reader, blocked=other).save()
    return other


@retrying
def unblock(reader: User, user_id: str) -> User:
    """The reader blocks the user no more; the user. Follows do not come back.

    Raises NotFound, ValidationError (oneself).
    """
    other = known_user(reader, user_id)
    if other == reader:
        raise ValidationError(_("Nobody can block themselves."))
    for row in Block.objects.filter(blocker=reader, blocked=other):
        row.delete()
    return other

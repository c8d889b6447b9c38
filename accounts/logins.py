"""Logins: how one begins, what tokens it issues, and how it ends.

A login is a row; its id is the ``sid`` of every token and session that comes from it, so that
ending it ends them all (see docs/decisions/005-a-row-per-login.md).
Who a token or session belongs to is answered in ``identities.py``.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import names, wire
from accounts.models import Login, User
from accounts.suspension import may_be_here
from realtime.errors import Suspended, Unauthenticated
from realtime.events import Close, timestamp
from realtime.frames import CloseCode
from realtime.publish import change_rights
from realtime.rest.ids import parse_id
from realtime.transactions import atomic, retrying

#: Where a session keeps its login's id.
SID = "sid"


def check_credentials(username: str, password: str) -> User:
    """Whose they are; raises Unauthenticated, and Suspended only for the right password."""
    user = User.objects.filter(username_key=names.key(username)).first()
    if user is None:
        # As slow as for a user that there is: who has an account is nobody's business.
        User().set_password(password)
    if user is None or not user.check_password(password):
        user_login_failed.send(__name__, credentials={"username": username}, request=None)
        raise Unauthenticated("no account has this username and password")
    if user.is_suspended:
        raise suspended(user)
    return user


def suspended(user: User) -> Suspended:
    """Why somebody who is suspended is not let in, and until when."""
    until = user.suspended_until
    if not user.is_active or until is None:
        return Suspended("this account is suspended")
    return Suspended(f"this account is suspended until {timestamp(until)}")


def log_in(username: str, password: str) -> tuple[User, wire.Tokens]:
    """Begin a login by tokens for whose credentials these are, and who; raises as above."""
    user = check_credentials(username, password)
    with atomic():
        # Compared and set: a password that was changed while we checked it gets nobody in.
        same = User.objects.filter(may_be_here(), pk=user.pk, password=user.password)
        if not same.update(last_login=timezone.now()):
            raise Unauthenticated("no account has this username and password")
        return user, open_login(user)


def open_login(user: User) -> wire.Tokens:
    """Begin a login by tokens."""
    token = RefreshToken()
    login = _open(user, refresh_jti=token["jti"], lifetime=token.lifetime)
    token["user_id"], token[SID] = str(user.pk), str(login.pk)
    return _pair(token)


def open_session(session: SessionBase, user: User) -> None:
    """Begin a login by session; one that the session had before ends."""
    end_session(session)
    lifetime = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session[SID] = str(_open(user, refresh_jti="", lifetime=lifetime).pk)


def _open(user: User, *, refresh_jti: str, lifetime: timedelta) -> Login:
    now = timezone.now()
    Login.objects.filter(user=user, expires_at__lt=now).delete()
    return Login.objects.create(user=user, refresh_jti=refresh_jti, expires_at=now + lifetime)


@retrying
def refresh(refresh_token: str) -> wire.Tokens:
    """A new pair for a living refresh token, which is dead from here on; raises Unauthenticated.

    Of two that come with the same token at once, one wins: the row is compared and set.
    """
    old = _genuine(refresh_token)
    token = RefreshToken()
    token["user_id"], token[SID] = old["user_id"], old[SID]
    alive = Login.objects.filter(
        may_be_here("user__"), pk=old[SID], refresh_jti=old["jti"], ended_at=None
    )
    expires_at = timezone.now() + token.lifetime
    with atomic():  # MongoDB looks first and then writes; elsewhere it is one statement
        is_first = alive.update(refresh_jti=token["jti"], expires_at=expires_at)
    if not is_first:
        _raise_suspended(old["user_id"])
        raise Unauthenticated("the refresh token was used before, or its login has ended")
    return _pair(token)


def _raise_suspended(user_id: str) -> None:
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.is_suspended:
        raise suspended(user)


def login_of(refresh_token: str) -> UUID:
    """The login that a refresh token, living or used, came from; raises Unauthenticated."""
    return UUID(_genuine(refresh_token)[SID])


def end(user: User, login_id: UUID) -> bool:
    """End one of a user's logins and close its sockets; False when it was not theirs or alive."""
    with atomic():
        alive = Login.objects.filter(pk=login_id, user=user, ended_at=None)
        if not alive.update(ended_at=timezone.now()):
            return False
        change_rights(Close(code=CloseCode.NOT_AUTHENTICATED, login=str(login_id)))
    return True


def prolong(login: Login) -> None:
    """A session that is written anew lasts as long as a new one; a login by tokens does not."""
    expires_at = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Login.objects.filter(pk=login.pk, refresh_jti="").update(expires_at=expires_at)


def end_others(user: User, kept: Login | None) -> None:
    """End all of a user's logins but one, and close their sockets."""
    with atomic():
        alive = Login.objects.filter(user=user, ended_at=None)
        if kept is not None:
            alive = alive.exclude(pk=kept.pk)
        ids = list(alive.values_list("pk", flat=True))
        alive.filter(pk__in=ids).update(ended_at=timezone.now())
        if ids:
            code = CloseCode.NOT_AUTHENTICATED
            change_rights(*(Close(code=code, login=str(login_id)) for login_id in ids))


def end_session(session: SessionBase) -> None:
    """End the login of a session, if it has one."""
    login_id = parse_id(session.get(SID, ""))
    login = Login.objects.select_related("user").filter(pk=login_id).first() if login_id else None
    if login is not None:
        end(login.user, login.pk)


def _genuine(refresh_token: str) -> RefreshToken:
    try:
        token = RefreshToken(refresh_token)  # type: ignore[arg-type]  # typed as a token, is text
    except (TokenError, UnicodeError):
        raise Unauthenticated("the refresh token is not valid, or has expired") from None
    if parse_id(str(token.get(SID))) is None or parse_id(str(token.get("user_id"))) is None:
        raise Unauthenticated("the refresh token belongs to no login")
    return token


def _pair(token: RefreshToken) -> wire.Tokens:
    access: AccessToken = token.access_token
    return wire.Tokens(access=str(access), refresh=str(token))

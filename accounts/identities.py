"""Whose a token or a session is. The engine asks this at a handshake, REST at every request.

One query each, for the login with its user; nothing here writes.
"""

from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import wire
from accounts.logins import SID, suspended
from accounts.models import Login, User
from accounts.sessions import is_key
from realtime.errors import Expired, Suspended, Unauthenticated
from realtime.identity import Identity
from realtime.rest.ids import parse_id


def login_by_token(access_token: str) -> tuple[Login, float]:
    """The login behind an access token, and when the token ends (Unix time).

    Raises Expired, Suspended, Unauthenticated.
    """
    try:
        token = AccessToken(access_token)  # type: ignore[arg-type]  # typed as a token, is text
    except ExpiredTokenError:
        raise Expired("the access token has expired") from None
    except (TokenError, UnicodeError):
        raise Unauthenticated("the access token is not valid") from None
    login = living_login(token.get(SID))
    if str(login.user_id) != token.get("user_id"):
        raise Unauthenticated("the access token belongs to no login")
    return login, float(token["exp"])


def living_login(sid: object) -> Login:
    """The login of this id, with its user; raises Suspended, Unauthenticated."""
    key = parse_id(str(sid))
    login = Login.objects.select_related("user").filter(pk=key).first() if key else None
    if login is None or login.ended_at is not None:
        raise Unauthenticated("the login has ended")
    if login.user.is_suspended:
        raise suspended(login.user)
    return login


def suspended_user(sid: object) -> User | None:
    """Whose the login of this id is, if nothing but a suspension is in its way."""
    try:
        living_login(sid)
    except Suspended:
        return User.objects.get(logins=parse_id(str(sid)))
    except Unauthenticated:
        pass
    return None


def by_token(access_token: str) -> Identity:
    """The reader whose access token it is; raises Expired, Suspended, Unauthenticated."""
    login, expires_at = login_by_token(access_token)
    return _identity(login, expires_at)


def by_session(session_key: str) -> Identity:
    """The reader whose session it is; raises Suspended, Unauthenticated."""
    alive = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now())
    row = alive.first() if is_key(session_key) else None
    if row is None:
        raise Unauthenticated("there is no such session")
    session = row.get_decoded()
    login = living_login(session.get(SID))
    if session.get(SESSION_KEY) != str(login.user_id) or not _is_fresh(session, login.user):
        raise Unauthenticated("the session has ended")
    return _identity(login, row.expire_date.timestamp())


def _is_fresh(session: dict[str, object], user: User) -> bool:
    """False once the password was changed elsewhere."""
    kept = str(session.get(HASH_SESSION_KEY, ""))
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, one) for one in valid)


def _identity(login: Login, expires_at: float) -> Identity:
    return Identity(
        user_id=str(login.user_id),
        user=wire.User.of(login.user),
        login=str(login.pk),
        expires_at=expires_at,
        is_staff=login.user.is_staff,
    )


def session_login(sid: object, user_id: UUID) -> Login:
    """The living login of a user's session; raises Suspended, Unauthenticated."""
    login = living_login(sid)
    if login.user_id != user_id:
        raise Unauthenticated("the session has ended")
    return login

"""Whose a token or a session is. The engine asks this at a handshake, REST at every request.

One query for the logins with their users, however many ask at once; nothing here writes.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeVar
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
from realtime.errors import Expired, RealtimeError, Suspended, Unauthenticated
from realtime.identity import Identity
from realtime.rest.ids import parse_id

logger = logging.getLogger(__name__)

A = TypeVar("A")
R = TypeVar("R")


class Claim(NamedTuple):
    """What a token or a session says, before anybody has looked whether its login lives."""

    sid: object
    user_id: object
    #: Unix time in seconds.
    expires_at: float
    #: Of a session: what the user's password was when it began.
    password: str | None = None


def login_by_token(access_token: str) -> Login:
    """The login behind an access token; raises Expired, Suspended, Unauthenticated."""
    claim = _of_token(access_token)
    return _login_of(claim, _living([claim.sid]))


def living_login(sid: object) -> Login:
    """The login of this id, with its user; raises Suspended, Unauthenticated."""
    return _alive(_living([sid]), sid)


def suspended_user(sid: object) -> User | None:
    """Whose the login of this id is, if nothing but a suspension is in its way."""
    try:
        living_login(sid)
    except Suspended:
        return User.objects.get(logins=parse_id(str(sid)))
    except Unauthenticated:
        pass
    return None


def session_login(sid: object, user_id: UUID) -> Login:
    """The living login of a user's session; raises Suspended, Unauthenticated."""
    login = living_login(sid)
    if login.user_id != user_id:
        raise Unauthenticated("the session has ended")
    return login


def by_tokens(access_tokens: Collection[str]) -> dict[str, Identity | RealtimeError]:
    """Whose each access token is, or Expired, Suspended, Unauthenticated."""
    return _identities({token: _attempt(_of_token, token) for token in access_tokens})


def by_sessions(session_keys: Collection[str]) -> dict[str, Identity | RealtimeError]:
    """Whose each session is, or Suspended, Unauthenticated."""
    keys = [key for key in session_keys if is_key(key)]
    alive = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())
    sessions = {session.pk: session for session in alive}
    return _identities({key: _attempt(_of_session, sessions.get(key)) for key in session_keys})


def _of_token(access_token: str) -> Claim:
    try:
        token = AccessToken(access_token)  # type: ignore[arg-type]  # typed as a token, is text
    except ExpiredTokenError:
        raise Expired("the access token has expired") from None
    except (TokenError, UnicodeError):
        raise Unauthenticated("the access token is not valid") from None
    return Claim(token.get(SID), token.get("user_id"), float(token["exp"]))


def _of_session(session: Session | None) -> Claim:
    if session is None:
        raise Unauthenticated("there is no such session")
    kept = session.get_decoded()
    password = str(kept.get(HASH_SESSION_KEY, ""))
    end = session.expire_date.timestamp()
    return Claim(kept.get(SID), kept.get(SESSION_KEY), end, password)


def _identities(
    claims: Mapping[str, Claim | RealtimeError],
) -> dict[str, Identity | RealtimeError]:
    logins = _living(claim.sid for claim in claims.values() if isinstance(claim, Claim))
    return {
        credential: _attempt(lambda one: _identity(one, logins), claim)
        if isinstance(claim, Claim)
        else claim
        for credential, claim in claims.items()
    }


def _identity(claim: Claim, logins: Mapping[UUID, Login]) -> Identity:
    login = _login_of(claim, logins)
    return Identity(
        user_id=str(login.user_id),
        user=wire.User.of(login.user),
        login=str(login.pk),
        expires_at=claim.expires_at,
        is_staff=login.user.is_staff,
    )


def _login_of(claim: Claim, logins: Mapping[UUID, Login]) -> Login:
    login = _alive(logins, claim.sid)
    is_theirs = str(login.user_id) == claim.user_id
    if not is_theirs or not (claim.password is None or _is_fresh(claim.password, login.user)):
        raise Unauthenticated("the login has ended")
    return login


def _is_fresh(password: str, user: User) -> bool:
    """False once the password was changed elsewhere."""
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(password, one) for one in valid)


def _living(sids: Iterable[object]) -> dict[UUID, Login]:
    """The logins of these ids that nobody has ended, with their users, in one query."""
    keys = {key for sid in sids if (key := parse_id(str(sid)))}
    if not keys:
        return {}
    logins = Login.objects.select_related("user").filter(pk__in=keys, ended_at=None)
    return {login.pk: login for login in logins}


def _alive(logins: Mapping[UUID, Login], sid: object) -> Login:
    key = parse_id(str(sid))
    login = logins.get(key) if key else None
    if login is None:
        raise Unauthenticated("the login has ended")
    if login.user.is_suspended:
        raise suspended(login.user)
    return login


def _attempt(function: Callable[[A], R], argument: A) -> R | RealtimeError:
    """What it says, or why not: one bad credential must not refuse the others."""
    try:
        return function(argument)
    except RealtimeError as error:
        return error
    except Exception:
        logger.exception("a credential could not be read")
        return Unauthenticated("the credential cannot be read")

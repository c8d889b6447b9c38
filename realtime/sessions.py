"""Who a Django session belongs to: any user model, any session engine.

What the engine goes by where no app has said who credentials belong to (``registry.identities``).
A socket lasts as long as its session does at the handshake, or until its user logs out there, is
deactivated or deleted. Synchronous; queries.
"""

import logging
from collections.abc import Collection
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db.models.signals import post_delete, post_save
from django.utils.crypto import constant_time_compare, salted_hmac

from realtime.errors import RealtimeError, Unauthenticated
from realtime.events import Close, Wire
from realtime.frames import CloseCode
from realtime.identity import Identity
from realtime.publish import change_rights
from realtime.registry import goes_by_django_sessions

logger = logging.getLogger(__name__)


class User(Wire, frozen=True, kw_only=True):
    """The reader as the ``connect`` frame has them."""

    id: str
    username: str


def by_sessions(session_keys: Collection[str]) -> dict[str, Identity | RealtimeError]:
    """Whose each session is, or Unauthenticated."""
    return {key: _attempt(key) for key in session_keys}


def login_of(session_key: str) -> str:
    """A session's name in the log, from which nobody reckons its key."""
    return salted_hmac("realtime.sessions", session_key).hexdigest()[:32]


def _attempt(key: str) -> Identity | RealtimeError:
    """What is known, or why not: one bad key must not refuse the others."""
    try:
        return _identity(key)
    except RealtimeError as error:
        return error
    except Exception:
        logger.exception("a session could not be read")
        return Unauthenticated("the session cannot be read")


def _identity(key: str) -> Identity:
    if "\0" in key:  # which PostgreSQL refuses to look for
        raise Unauthenticated("there is no such session")
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = _user(session)
    return Identity(
        user_id=str(user.pk),
        user=User(id=str(user.pk), username=user.get_username()),
        login=login_of(key),
        expires_at=session.get_expiry_date().timestamp(),
        is_staff=getattr(user, "is_staff", False),
    )


def _user(session: SessionBase) -> AbstractBaseUser:
    """Whose it is, as ``django.contrib.auth`` would say at a request."""
    model = get_user_model()
    try:
        user = model._default_manager.filter(pk=session[SESSION_KEY]).first()
    except (KeyError, ValueError, ValidationError):
        user = None
    if user is None or not user.is_active or not _is_fresh(session, user):
        raise Unauthenticated("the session has ended")
    return user


def _is_fresh(session: SessionBase, user: AbstractBaseUser) -> bool:
    """False once the password was changed elsewhere."""
    kept = str(session.get(HASH_SESSION_KEY, ""))
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, one) for one in valid)


# -- what ends a session's sockets ---------------------------------------------------------------


def follow() -> None:
    """Hear of what ends sessions and users."""
    options: Any = {"sender": settings.AUTH_USER_MODEL, "weak": False}
    user_logged_out.connect(_logged_out, dispatch_uid="realtime.logged_out")
    post_save.connect(_saved, dispatch_uid="realtime.user_saved", **options)
    post_delete.connect(_deleted, dispatch_uid="realtime.user_deleted", **options)


def _logged_out(request: Any, **kwargs: Any) -> None:
    key = request.session.session_key if request is not None else None
    if key and goes_by_django_sessions():
        change_rights(Close(code=CloseCode.NOT_AUTHENTICATED, login=login_of(key)))


def _saved(instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    """Who was deactivated goes. With a new password, whose session it did not end comes back."""
    if created or raw or not goes_by_django_sessions():
        return
    # Where Django notes a password that was set, until it is saved.
    is_new = getattr(instance, "_password", None) is not None
    if not instance.is_active or is_new:
        code = CloseCode.TOKEN_EXPIRED if instance.is_active else CloseCode.FORBIDDEN
        change_rights(Close(code=code, user=str(instance.pk)))


def _deleted(instance: Any, **kwargs: Any) -> None:
    if goes_by_django_sessions():
        change_rights(Close(code=CloseCode.FORBIDDEN, user=str(instance.pk)))

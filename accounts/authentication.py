"""How a REST request says who sends it: a bearer token, or the site's own session.

Each sets ``request.user`` and, as ``request.auth``, the login that it came by.
"""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as CSRFSession
from rest_framework.request import Request

from accounts import logins
from accounts.identities import living_login, login_by_token
from accounts.models import Login, User
from realtime import logs
from realtime.errors import Unauthenticated


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access>``."""

    def authenticate(self, request: Request) -> tuple[User, Login] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        login = login_by_token(token.strip())
        logs.note(user=str(login.user_id))
        return login.user, login

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(CSRFSession):
    """The session cookie of the pages; a write then needs the CSRF token.

    To the pages who is suspended is nobody; here they are told why. Raises Suspended.
    """

    def authenticate(self, request: Request) -> tuple[User, Login] | None:
        user = getattr(request._request, "user", AnonymousUser())
        sid = request._request.session.get(logins.SID)
        if sid is None:
            return None
        try:
            login = living_login(sid)
        except Unauthenticated:
            return None
        if not isinstance(user, User) or login.user_id != user.pk:
            return None
        self.enforce_csrf(request)
        return login.user, login

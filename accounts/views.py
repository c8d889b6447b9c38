"""REST about logins: who sends what, and what comes back. The doing is in ``actions.py``.

People are in ``people_views.py``.
"""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts import actions, logins, places, serializers, wire
from accounts.attempts import attempt, place_of
from accounts.authentication import SessionAuthentication
from accounts.models import Login, User
from realtime.errors import Unauthenticated
from realtime.rest.parsers import give_length
from realtime.rest.schema import describe
from realtime.rest.throttles import PasswordTries, Registrations
from realtime.rest.views import write


def reader(request: Request) -> User:
    """Who sends the request; raises Unauthenticated."""
    if not isinstance(request.user, User):
        raise Unauthenticated("this needs an access token or a session")
    return request.user


def given(serializer: type[Serializer[Any]], request: Request, *, partial: bool = False) -> Any:
    """The request's body, as the serializer has it; raises DRF's ValidationError."""
    filled = serializer(data=request.data, partial=partial)
    filled.is_valid(raise_exception=True)
    return filled.validated_data


class PublicView(APIView):
    """For those who have no identity yet; one that is sent along is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegisterView(PublicView):
    """``/api/auth/register``"""

    throttle_classes = (Registrations,)

    @describe(
        "A new user, logged in",
        {201: wire.Registered},
        takes=serializers.Registration,
        public=True,
        name="register",
    )
    @write
    def post(self, request: Request) -> Response:
        data = given(serializers.Registration, request)
        user = actions.register(data["username"], data["password"], data.get("displayName", ""))
        places.remember(user, place_of(request._request))
        tokens = logins.open_login(user)
        answer = wire.Registered(
            user=wire.User.of(user), access=tokens.access, refresh=tokens.refresh
        )
        return Response(answer, status=201)


class TokenView(PublicView):
    """``/api/auth/token``"""

    @describe(
        "Log in", {200: wire.Tokens}, takes=serializers.Credentials, public=True, name="logIn"
    )
    def post(self, request: Request) -> Response:
        """Without ``@write``: nobody here has a key, and a password takes its time to look at."""
        give_length(request._request)
        data = given(serializers.Credentials, request)
        where = place_of(request._request)
        with attempt(data["username"], where):
            user, tokens = logins.log_in(data["username"], data["password"])
        places.remember(user, where)
        return Response(tokens)


class RefreshView(PublicView):
    """``/api/auth/token/refresh``"""

    @describe(
        "The next pair of tokens; the old refresh token is dead",
        {200: wire.Tokens},
        takes=serializers.Refresh,
        public=True,
        name="refreshTokens",
    )
    @write
    def post(self, request: Request) -> Response:
        return Response(logins.refresh(given(serializers.Refresh, request)["refresh"]))


class LogoutView(APIView):
    """``/api/auth/logout``"""

    @describe(
        "End a login: its tokens are dead, its sockets close",
        {204: None},
        takes=serializers.Refresh,
        writes=True,
        name="logOut",
    )
    @write
    def post(self, request: Request) -> Response:
        try:
            login_id = logins.login_of(given(serializers.Refresh, request)["refresh"])
        except Unauthenticated:
            # The sender's identity holds; it is this parameter that does not.
            raise ValidationError({"refresh": _("It is no refresh token.")}) from None
        logins.end(reader(request), login_id)
        return Response(status=204)


class PasswordView(APIView):
    """``/api/auth/password``"""

    throttle_classes = (PasswordTries,)

    @describe(
        "Change one's password: all other logins end",
        {204: None},
        takes=serializers.PasswordChange,
        writes=True,
        name="changePassword",
    )
    @write
    def post(self, request: Request) -> Response:
        user, data = reader(request), given(serializers.PasswordChange, request)
        login = request.auth if isinstance(request.auth, Login) else None
        actions.change_password(user, data["oldPassword"], data["newPassword"], login)
        if isinstance(request.successful_authenticator, SessionAuthentication):
            # A session remembers a part of the password's hash; this one goes on.
            update_session_auth_hash(request._request, user)
        return Response(status=204)

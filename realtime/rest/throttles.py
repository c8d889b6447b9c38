"""REST refuses what comes too often: of whom it is; how it is counted is ``rates.py``'s."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from realtime import rates
from realtime.addresses import place

if TYPE_CHECKING:  # it reads these classes from the settings when it is imported
    from rest_framework.views import APIView


class Writes(BaseThrottle):
    """Every unsafe request of a user; raises RateLimited."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS and request.user is not None:
            rates.take("write", str(request.user.pk))
        return True


class PasswordTries(Writes):
    """The same; and where one's own password is asked for again, no guessing of it.

    Right ones count too: nobody changes a password that often. Raises RateLimited.
    """

    methods: tuple[str, ...] = ("POST", "DELETE")

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.method in self.methods and request.user is not None:
            rates.take("login_failures", f"password of {request.user.pk}")
        return super().allow_request(request, view)


class Registrations(BaseThrottle):
    """New users from one address, and tries at one; raises RateLimited."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS:
            rates.take("register", place(request.META.get("REMOTE_ADDR") or ""))
        return True

"""Whose password and whose session it is, as Django's pages ask it.

A password tells who somebody is even while they are suspended, so that the log-in page can say so
(see ``page_forms.py``). A session of theirs is nobody's until the suspension is over; it is not
ended, so that they come back by themselves.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from realtime import logs


class Backend(ModelBackend):
    """Django's own, but for who is suspended."""

    def user_can_authenticate(self, user: Any) -> bool:
        return True

    def get_user(self, user_id: Any) -> User | None:
        user = super().get_user(user_id)
        logs.note(user=str(user_id))
        return user if isinstance(user, User) and not user.is_suspended else None

"""argon2 as Django has it, a few at a time: each takes 100 MiB while it runs."""

from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

#: Hashes at once in a process: more are no faster on its few cores, and would fill its memory.
AT_ONCE = 4
_room = BoundedSemaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """The same hashes; who comes when there is no room waits."""

    def encode(self, password: str, salt: str) -> Any:
        with _room:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> Any:
        with _room:
            return super().verify(password, encoded)

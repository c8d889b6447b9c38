"""Tries at a password: counted before it is looked at, forgotten when it was right.

Three rates, of ``realtime/windows.py``: of an address, whatever it tries; of wrong passwords for
an account from an address; and of wrong ones for an account from all addresses that it is not
known at. The last is what stops a botnet, and never its owner, who comes from where they were
before. Whether there is such an account makes no difference to any.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import names, places
from realtime import rates
from realtime.addresses import place
from realtime.errors import Unauthenticated


def place_of(request: HttpRequest) -> str:
    """Where a request comes from; a proxy that is trusted has been looked behind by now."""
    return place(request.META.get("REMOTE_ADDR") or "")


@contextmanager
def attempt(username: str, where: str) -> Iterator[None]:
    """Inside, a password is looked at; raises RateLimited instead when there were too many.

    What ends in Unauthenticated or ValidationError is a failure; but who is told that they are
    suspended had the right password.
    """
    account = names.key(username)
    rates.take("login", where)
    with ExitStack() as unless_it_fails:
        # All at once may be as many as all in turn: each counts before it is known how it ends.
        unless_it_fails.callback(rates.take("login_failures", f"{account} {where}").give_back)
        if not places.is_known(account, where):
            unless_it_fails.callback(rates.take("login_strangers", account).give_back)
        try:
            yield
        except (Unauthenticated, ValidationError) as error:
            if getattr(error, "code", "") != "suspended":
                unless_it_fails.pop_all()
            raise

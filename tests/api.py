"""For tests of REST: people, and requests in their name; what the log was told of it.

In this process, without a network; against a site as a process there is ``tests/servers.py``.
"""

import json
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import Client

from accounts.logins import open_login
from accounts.models import User
from realtime import log
from realtime.fields import on_mongodb
from realtime.transactions import retried
from tests.mongodb.servers import is_emulated

PASSWORD = "correct horse battery"


def person(username, **fields):
    """A user who is there, with PASSWORD."""
    user = User(username=username, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


class Api:
    """Requests with a user's access token, or without any."""

    def __init__(self, user=None):
        self.user = user
        self.headers = {"Authorization": f"Bearer {open_login(user).access}"} if user else {}
        self.http = Client()

    def __getattr__(self, method):
        """``api.get(path)``, ``api.post(path, {...}, idempotency_key="k")`` and so on."""

        def send(path, body=None, *, raw=None, idempotency_key=None, **headers):
            data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
            extra = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            kind = headers.pop("content-type", "application/json")
            sent = {**self.headers, **extra, **headers}
            return self.http.generic(method.upper(), path, data, kind, headers=sent)

        return send


def error(response):
    """Status and code of an answer that is an error."""
    return response.status_code, response.json()["error"]["code"]


def told(after=0):
    """What the log holds now, as (type, payload) in order; rights alone have the type ``""``."""
    return [(entry.type, json.loads(bytes(entry.payload))) for entry in entries(after)]


def entries(after=0):
    """The log's entries in order, but for notifications, which have tests of their own."""
    log.stamp()
    return [one for one in log.read(after) if not one.type.startswith("notification:")]


def at_once(jobs):
    """Runs all of these in threads of their own; their results in the order of the jobs.

    As REST does, and again where a transaction met another (see ``transactions.py``).
    """

    def run(job):
        try:
            return retried(job)
        finally:
            connection.close()

    jobs = list(jobs)
    # On MongoDB who was slower begins again: in an emulator of one process few of many get on.
    is_slow = on_mongodb() and is_emulated()
    with ThreadPoolExecutor(4 if is_slow else len(jobs)) as pool:
        return list(pool.map(run, jobs))

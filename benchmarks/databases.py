"""``./run bench databases``: what the site asks of SQLite, of PostgreSQL and of MongoDB.

The same requests on each, in one process without a server's hub: how often it asks the database
(statements and commands, with those that begin and end a transaction), and how much CPU time it
needs itself. Needs the venv of ``./run test --mongo``, and uses it for all three. Where
``MONGODB_TEST_URL`` names no MongoDB an emulator stands in: the counts are then what MongoDB would
be asked too, and how fast it answers cannot be told. Writes ``benchmarks/results/databases.json``
and ``databases.md``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.servers import GENEROUS, PRODUCTION, ROOT, Postgres

RESULTS = ROOT / "benchmarks" / "results"
PYTHON = ROOT / ".cache/mongodb/venv/bin/python"
#: How often each thing is done, twice: the median counts. An emulator slows with every row.
TIMES = 12
#: Events that one who comes back reads at once.
EVENTS = 100
HOST = {"Host": "127.0.0.1"}
PASSWORD = "correct horse battery"
HEAD = """# What each database is asked for

`./run bench databases`, {processor}, {cores} cores, Python {python}. Requests as a client
brings them, with its login, rights and limits; medians of {times}. "Asked" counts statements and
commands, those that begin and end a transaction or a savepoint among them; each is a journey to a
server, but on SQLite. CPU is the site's own process, which on SQLite is the database too. MongoDB
was {mongodb}.
"""

#: Something that is done, with the number of its turn.
Deed = Callable[[int], object]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench databases", description=__doc__)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(_measure()))
        return 0
    if not PYTHON.exists():
        sys.exit("Its venv is made by ./run test --mongo, which needs Python 3.13 or newer.")
    if Path(sys.prefix).resolve() != PYTHON.parent.parent.resolve():
        os.execv(PYTHON, [str(PYTHON), "-m", "benchmarks.databases"])  # noqa: S606 — itself
    _tell(_all())
    return 0


def _all() -> dict[str, Any]:
    from benchmarks.compare import machine
    from tests.mongodb import servers

    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        base = Path(name)
        base.chmod(0o755)  # PostgreSQL runs as another user where we are root
        (base / "postgres").mkdir()
        postgres, mongodb = Postgres(base / "postgres"), servers.server(base)
        results: dict[str, Any] = {"machine": machine(), "mongodb": servers.name(), "found": {}}
        try:
            postgres.start()
            mongodb.start()
            urls = {
                "sqlite": f"sqlite:///{base / 'site.sqlite3'}",
                "postgresql": postgres.database("site"),
                "mongodb": mongodb.database("bench"),
            }
            for database, url in urls.items():
                print(f"{database} …", flush=True)
                results["found"][database] = _inside(url)
        finally:
            postgres.stop()
            mongodb.stop()
    return results


def _inside(url: str) -> dict[str, Any]:
    env = {**os.environ, **PRODUCTION, "DATABASE_URL": url, "RATES": GENEROUS, "REDIS_URL": ""}
    env |= {"DJANGO_SETTINGS_MODULE": "realtime_site.settings", "LOG_LEVEL": "ERROR"}
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "benchmarks.databases", "--inside"]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- inside: a process on one of them -----------------------------------------------------------


def _measure() -> dict[str, Any]:
    asked = _counter()
    import django

    django.setup()
    return {name: _figures(deed, asked) for name, deed in _deeds()}


def _counter() -> Callable[[], Any]:
    """A context manager's maker: within it, how often the database is asked."""
    from pymongo import monitoring

    commands: list[str] = []

    class Listener(monitoring.CommandListener):  # type: ignore[misc]  # has no types here
        def started(self, event: monitoring.CommandStartedEvent) -> None:
            commands.append(event.command_name)

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            pass

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            pass

    monitoring.register(Listener())

    @contextmanager
    def asked() -> Iterator[list[str]]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        found: list[str] = []
        if connection.vendor == "mongodb":
            commands.clear()
            yield found
            found.extend(commands)
            return
        with CaptureQueriesContext(connection) as queries:
            yield found
        found.extend(query["sql"] for query in queries)

    return asked


def _figures(deed: Deed, asked: Callable[[], Any]) -> dict[str, float]:
    counts, cpu = [], []
    for turn in range(TIMES):
        with asked() as found:
            deed(2 * turn)
        counts.append(len(found))
        before = time.process_time()
        deed(2 * turn + 1)
        cpu.append(time.process_time() - before)
    return {"asked": median(counts), "cpuMs": round(1000 * median(cpu), 2)}


def _deeds() -> Iterator[tuple[str, Deed]]:
    """What is done, by name."""
    from django.test import Client

    from accounts.models import User
    from posts.models import Post
    from realtime import log

    people = [User.objects.create(username=f"person{n}") for n in range(2 * TIMES + 1)]
    people[0].set_password(PASSWORD)
    people[0].save()
    form = {"username": people[0].username, "password": PASSWORD}
    login = Client().post("/api/auth/token", form, "application/json", headers=HOST).json()
    client = Client(headers={**HOST, "Authorization": f"Bearer {login['access']}"})

    def request(method: str, path: str, body: dict[str, str] | None = None) -> Any:
        data = {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
        answer = getattr(client, method)(path, **data)
        assert answer.status_code < 300, (path, answer.status_code, answer.content)
        return answer

    def write(turn: int) -> None:
        request("post", "/api/posts", {"body": f"Number {turn} for #everybody and @person1"})

    yield "write a post with a hashtag and a mention", write
    posts = [str(post.pk) for post in Post.objects.all()[: 2 * TIMES]]
    yield (
        "comment on it",
        lambda turn: request("post", f"/api/posts/{posts[turn]}/comments", {"body": "Yes."}),
    )
    yield "like it", lambda turn: request("post", f"/api/posts/{posts[turn]}/like")
    yield (
        "follow somebody",
        lambda turn: request("put", f"/api/users/{people[-1 - turn].pk}/follow"),
    )
    yield "read 20 public posts", lambda turn: request("get", "/api/posts?limit=20")
    yield "read who is followed", lambda turn: request("get", "/api/posts?feed=home&limit=20")
    yield "look whether the log has more", lambda turn: log.look()
    yield f"read {EVENTS} events of the log", lambda turn: log.read(0, limit=EVENTS)


# -- what is told ----------------------------------------------------------------------------------


def _tell(results: dict[str, Any]) -> None:
    found = results["found"]
    rows = "".join(
        f"| {deed} | "
        + " | ".join(f"{found[one][deed]['asked']:.0f}" for one in found)
        + " | "
        + " | ".join(f"{found[one][deed]['cpuMs']:.1f}" for one in found)
        + " |\n"
        for deed in found["sqlite"]
    )
    text = HEAD.format(**results["machine"], times=TIMES, mongodb=results["mongodb"]) + (
        "\n| | asked: SQLite | PostgreSQL | MongoDB | CPU ms: SQLite | PostgreSQL | MongoDB |\n"
        f"|---|---:|---:|---:|---:|---:|---:|\n{rows}"
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "databases.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "databases.md").write_text(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())

"""``manage.py serve``: the site on the production server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from realtime import bus, server
from realtime.conf import conf, site


class Command(BaseCommand):
    """Serves until SIGTERM; never changes the database's tables by itself."""

    help = "Serves the site in production, on uvicorn; SIGTERM drains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=site("SOCKET_PORT"))
        parser.add_argument("--workers", type=int, default=site("WORKERS"))

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        """Refuse what cannot work, then serve."""
        server.share_the_heap()  # before the database's pool begins its threads
        conf()  # a wrong setting is refused now, not by the first socket
        if workers < 1:
            raise CommandError(f"--workers {workers}: at least 1 is needed.")
        if workers > 1 and not bus.crosses_processes():
            raise CommandError(
                "--workers over 1 needs Redis, or who is online differs from worker to worker: "
                "set REDIS_URL."
            )
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is behind the code: run `./run manage migrate`.")
        connection.close()
        if connection.vendor in ("postgresql", "mongodb"):
            # This process may be the one that only watches the workers.
            connection.close_pool()  # type: ignore[attr-defined]  # which these two have
        server.run(host=host, port=port, workers=workers)

"""Three servers of one site on PostgreSQL and Redis behind nginx, and who writes to it."""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg

from benchmarks.latency import BODY_BYTES, base_folder, databases, make_site, people
from benchmarks.processes import cpu_seconds, family
from benchmarks.writer import Writer
from tests.servers import Nginx, Postgres, Site, answers

SERVERS = 3
#: How many write; each reader follows one of them.
AUTHORS = 10
#: In ``/metrics``: pages of the past, by where they were read.
PAGES = 'realtime_sync_pages_total{source="%s"}'


class Fleet:
    """What runs; see :func:`fleet`."""

    def __init__(
        self,
        sites: list[Site],
        nginx: Nginx,
        postgres: Postgres,
        writer: Writer,
        tokens: list[str],
    ) -> None:
        self.sites, self.nginx, self.postgres = sites, nginx, postgres
        self.writer, self.tokens = writer, tokens

    def cpu(self) -> dict[int, float]:
        """CPU seconds of each server that serves, so far, by its process."""
        found = {}
        for site in self.sites:
            if _runs(site) and answers(site.port):
                assert site.process is not None
                with suppress(OSError):  # it ends while we look
                    found[site.process.pid] = cpu_seconds(family(site.process.pid))
        return found

    def pages(self, source: str) -> int:
        """Pages of the past that the servers which run have given, from ``ring`` or ``log``."""
        return sum(_metric(site, PAGES % source) for site in self.sites if _runs(site))

    def transactions(self) -> int:
        """That the database has committed, once all connections have told of theirs."""
        with psycopg.connect(self.postgres.url("site")) as connection:
            row = connection.execute(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = 'site'"
            ).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def fleet(readers: int) -> Iterator[Fleet]:
    """All of it, running; with a token for each reader."""
    with ExitStack() as stack:
        base = base_folder(stack)
        postgres, redis = databases(stack, base)
        url = postgres.database("site")
        sites = [
            make_site(base / f"site{number}", url, redis, SERVERS=str(SERVERS))
            for number in range(SERVERS)
        ]
        sites[0].manage("migrate", "--verbosity", "0")
        tokens = people(sites[0], readers, AUTHORS)
        for site in sites:
            stack.callback(site.stop)
            site.start()
        (base / "nginx").mkdir()
        nginx = Nginx(base / "nginx", sites)
        stack.callback(nginx.stop)
        nginx.start()
        arguments = [str(BODY_BYTES), "followers", str(AUTHORS)]
        command = [sys.executable, "-m", "benchmarks.peers.ours_writer", *arguments]
        writer = stack.enter_context(Writer(command, env=sites[0].env))
        yield Fleet(sites, nginx, postgres, writer, tokens)


def _runs(site: Site) -> bool:
    return site.process is not None and site.process.poll() is None


def _metric(site: Site, name: str) -> int:
    with urllib.request.urlopen(f"{site.url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith(name))

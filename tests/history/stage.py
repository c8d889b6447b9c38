"""The real programs that a history happens in: database, Redis, site processes, a writer process.

They outlive a history, so that the next one finds full rings and a log that is not empty.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from tests.history.hand import Hand
from tests.history.proxy import Proxy
from tests.history.schedule import Setup
from tests.mongodb import servers as mongodb
from tests.servers import Postgres, Redis, Site

SETTINGS = "tests.history.planted_settings"


class Stage:
    """Two servers or more on one database, each behind a proxy, and a writer process."""

    def __init__(
        self,
        setup: Setup,
        folder: Callable[[str], Path],
        migrated_sqlite: Path,
        *,
        servers: int = 2,
        plant: str = "",
    ) -> None:
        self.setup = setup
        self._folder, self._template = folder, migrated_sqlite
        self.redis = Redis(folder("redis")) if setup != "sqlite" else None
        self.postgres = Postgres(folder("postgres")) if setup == "postgres-redis" else None
        self.mongodb = mongodb.server(folder("mongodb")) if setup == "mongodb-redis" else None
        self._count, self._plant = servers, plant
        self.sites: list[Site] = []
        self.proxies: list[Proxy] = []
        self.hand: Hand

    async def start(self) -> None:
        for server in (self.redis, self.postgres, self.mongodb):
            if server is not None:
                await asyncio.to_thread(server.start)
        url = await asyncio.to_thread(self._database)
        for number in range(self._count):
            self.sites.append(self._site(url, number))
        if not url.startswith("sqlite"):
            await asyncio.to_thread(self.sites[0].manage, "migrate", "--verbosity", "0")
        home = self._folder("writer")
        self.hand = Hand(self.sites[0].env, home / "output.log")
        await asyncio.gather(self.hand.start(), *(self.revive(one) for one in range(self._count)))
        for site in self.sites:
            self.proxies.append(Proxy(site.port))
            await self.proxies[-1].start()

    def _database(self) -> str:
        if self.postgres is not None:
            return self.postgres.database("site")
        if self.mongodb is not None:
            return self.mongodb.database(f"history-{os.getpid()}")
        path = self._folder("database") / "site.sqlite3"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def _site(self, url: str, number: int) -> Site:
        home = self._folder("site")
        return Site(
            home,
            url,
            REDIS_URL=self.redis.url if self.redis else "",
            DJANGO_SETTINGS_MODULE=SETTINGS,
            HISTORY_PLANT=self._plant,
            HISTORY_CLOCK=str(home / "clock"),
            # One server answers from its ring, the other from the log.
            HISTORY_RING="8" if number % 2 else "",
            REALTIME_PING_INTERVAL="1",
            REALTIME_PING_TIMEOUT="5",
            REALTIME_FRAME_RATE="200",
        )

    @property
    def ports(self) -> list[int]:
        """Where clients connect: through the proxies."""
        return [proxy.port for proxy in self.proxies]

    async def revive(self, number: int) -> None:
        """Starts a server that is not running."""
        site = self.sites[number]
        if site.process is None or site.process.poll() is not None:
            await asyncio.to_thread(site.start)

    def set_clock(self, number: int, seconds: float) -> None:
        """Lets a server's clock go wrong by so much."""
        (self.sites[number].folder / "clock").write_text(str(seconds))

    async def heal(self) -> None:
        """Everything runs again, and the network is a good one."""
        for server in (self.postgres, self.redis):
            if server is not None:
                if server is self.postgres:
                    signal_tree(server.process.pid, signal.SIGCONT)
                server.wake()
                if server.process is None or server.process.poll() is not None:
                    await asyncio.to_thread(server.start)
        for number, site in enumerate(self.sites):
            site.wake()
            self.set_clock(number, 0)
        for proxy in self.proxies:
            proxy.heal()
        await asyncio.gather(*(self.revive(number) for number in range(self._count)))
        self.hand.signal(signal.SIGCONT)
        if not self.hand.is_running:
            await self.hand.start()

    def errors(self) -> str:
        """The first traceback of a server, if there is one."""
        for site in self.sites:
            _before, found, after = site.log().partition("Traceback")
            if found:
                return found + after[:3000]
        return ""

    async def stop(self) -> None:
        for proxy in self.proxies:
            await proxy.stop()
        if hasattr(self, "hand"):
            self.hand.signal(signal.SIGCONT)
            await self.hand.kill()
        for site in self.sites:
            site.wake()
            await asyncio.to_thread(site.kill)
        for server in (self.redis, self.postgres):
            if server is not None and server.process is not None:
                signal_tree(server.process.pid, signal.SIGCONT)
                await asyncio.to_thread(server.stop)
        if self.mongodb is not None:
            self.mongodb.stop()


def signal_tree(pid: int, number: signal.Signals) -> None:
    """Signals a process and all below it: PostgreSQL's are groups of their own."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    for one in family:
        try:
            os.kill(one, number)
        except ProcessLookupError:
            continue

"""Us, whole: ``/ws/`` with a token for each reader, posts through the log, frames with cursor."""

import subprocess
import sys
from collections.abc import Sequence

from benchmarks.peers.http_writer import OUR_BODY_BYTES
from benchmarks.peers.peer import ROOMS, Peer
from benchmarks.writer import Writer
from tests.servers import PRODUCTION, ROOT, Server, Site


class OursInMemory(Peer):
    """SQLite, the in-process layer; written by REST, and in bursts by another process."""

    name = "ours-memory"
    title = "this project, SQLite, in memory, written by REST"
    needs_redis = False
    workers: int = 1

    def prepare(self) -> None:
        limits = {f"REALTIME_MAX_CONNECTIONS_PER_{one}": "20000" for one in ("USER", "IP")}
        redis = {"REDIS_URL": self.redis.url} if self.redis else {}
        folder = self.folder / "site"
        folder.mkdir()
        self.site = Site(
            folder,
            f"sqlite:///{folder}/site.sqlite3",
            workers=str(self.workers),
            # As in production: DEBUG keeps every query.
            **PRODUCTION,
            **limits,
            **redis,
        )
        self.site.manage("migrate", "--verbosity", "0")
        command = [sys.executable, "-m", "benchmarks.peers.ours_people", str(self.sockets)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.site.env, capture_output=True, text=True, check=True
        )
        self.tokens = done.stdout.split()
        lines = [f"Authorization: Bearer {token}" for token in self.tokens]
        (self.folder / "headers.txt").write_text("\n".join(lines) + "\n")

    def make_server(self) -> Server:
        return self.site

    def client(self, rooms: int) -> Sequence[str]:
        headers = str(self.folder / "headers.txt")
        greeted = ["--ready", '"type":"connect"']
        return ["--path", "/ws/", "--headers", headers, "--number", '"seq":"', *greeted]

    def writer(self, rooms: int) -> Writer:
        module = "benchmarks.peers.http_writer"
        arguments = ["ours", str(self.port), ",".join(ROOMS[:rooms]), self.tokens[0]]
        return Writer([sys.executable, "-m", module, *arguments])

    def burst_writer(self) -> Writer:
        return self._process_writer(1)

    def _process_writer(self, rooms: int) -> Writer:
        module = "benchmarks.peers.ours_writer"
        arguments = [str(OUR_BODY_BYTES), ",".join(ROOMS[:rooms])]
        return Writer([sys.executable, "-m", module, *arguments], env=self.site.env)


class OursOnRedis(OursInMemory):
    """SQLite and Redis; written by another process."""

    name = "ours-redis"
    title = "this project, SQLite and Redis, 1 process"
    needs_redis = True

    def writer(self, rooms: int) -> Writer:
        return self._process_writer(rooms)


class OursInTwoProcesses(OursOnRedis):
    """The same with two processes, on the one core that every server has here."""

    name = "ours-redis-2"
    title = "this project, SQLite and Redis, 2 processes"
    workers = 2

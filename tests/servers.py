"""Real servers for tests: Redis, PostgreSQL and the site itself, each on a free port of its own.

Everything lives in a temporary folder and ends with its test run. Nothing is installed here:
where a program is missing, :class:`Missing` says which one and how to get it.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Missing(Exception):
    """A program that the tests need is not on this machine."""


def program(*names: str, package: str, folders: str = "") -> str:
    """The path of the first of ``names`` that there is, on PATH or in ``folders`` (a glob)."""
    for name in names:
        found = shutil.which(name)
        beside = sorted(Path("/").glob(f"{folders}/{name}")) if folders else []
        if found or beside:
            return found or str(beside[-1])
    raise Missing(f"{names[0]} is not here: apt-get install {package}, or run ./run test as root")


def chromium() -> str:
    """A Chromium without a window of its own, which takes a third less of the processor; else any.

    Raises Missing.
    """
    package = "chromium-headless-shell"
    return program(package, "chromium", "chromium-browser", "google-chrome", package=package)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Returns as soon as ``condition()`` holds; raises TimeoutError naming ``what`` otherwise."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def _as_user(name: str) -> dict[str, Any]:
    """Arguments for ``subprocess`` that run a program as another user, where all may enter."""
    group = pwd.getpwnam(name).pw_gid
    return {"user": name, "group": group, "extra_groups": [], "cwd": "/"}


class Server:
    """A program that runs in the background with its output in a file."""

    def __init__(
        self,
        command: list[str],
        *,
        port: int,
        folder: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.command, self.port, self.folder = command, port, folder
        self.env = dict(env) if env is not None else dict(os.environ)
        self.run_as: dict[str, Any] = _as_user(user) if user else {"cwd": ROOT}
        self.log_file = folder / "output.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, seconds: float = 30) -> None:
        """Starts, or starts again on the same port and data, and waits until it listens."""
        with self.log_file.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.run_as,
            )
        wait_until(self._ready, seconds=seconds, what=f"{self.command[0]} on port {self.port}")

    def _ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"{self.command} ended:\n{self.log()}")
        return answers(self.port)

    def log(self) -> str:
        """All that it has printed."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to it and to all that it has started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(10)

    def freeze(self) -> None:
        """Stops it in its tracks, with its sockets open, until :meth:`wake`."""
        self.signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Lets it go on after :meth:`freeze`."""
        self.signal(signal.SIGCONT)

    def stop(self, *, seconds: float = 15) -> None:
        """Asks it to end, and ends it the hard way when it does not."""
        self.wake()
        self.signal(signal.SIGTERM)
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()


class Redis(Server):
    """A Redis that keeps nothing."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        command = [program("redis-server", package="redis-server"), "--port", str(port)]
        command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        super().__init__(command, port=port, folder=folder)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Postgres(Server):
    """A PostgreSQL cluster of its own; it refuses to run as root, so root lends it a user."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        where = {"package": "postgresql", "folders": "usr/lib/postgresql/*/bin"}
        self.initdb = program("initdb", **where)
        data = folder / "data"
        command = [program("postgres", **where), "-D", str(data), "-p", str(port)]
        command += ["-h", "127.0.0.1", "-k", str(folder), "-F", "-c", "max_connections=200"]
        user = "postgres" if os.geteuid() == 0 else None
        super().__init__(command, port=port, folder=folder, user=user)
        self._make_cluster(data)
        self._is_original_made = False

    def _make_cluster(self, data: Path) -> None:
        if "user" in self.run_as:
            shutil.chown(self.folder, self.run_as["user"])
        command = [self.initdb, "-D", str(data), "-U", "postgres", "--auth", "trust"]
        command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, **self.run_as)

    def _ready(self) -> bool:
        return super()._ready() and "ready to accept connections" in self.log()

    def stop(self, *, seconds: float = 15) -> None:
        """SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for the last client."""
        self.signal(signal.SIGINT)
        super().stop(seconds=seconds)

    def database(self, name: str, *, like: str = "template1") -> str:
        """The URL of a new database: an empty one, or a copy of one that nobody is connected to."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return self.url(name)

    def migrated(self, name: str) -> str:
        """The URL of a new database with the site's tables; the first call makes the original."""
        if not self._is_original_made:
            Site(self.folder, self.database("original")).manage("migrate", "--verbosity", "0")
            self._is_original_made = True
        return self.database(name, like="original")

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"


class Site(Server):
    """The whole site as its own process, on a database of its own."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        server: str = "serve",
        workers: str = "1",
        **environment: str,
    ) -> None:
        port = free_port()
        env = {key: value for key, value in os.environ.items() if key in _INHERITED}
        env |= {"DATABASE_URL": database_url, "DEBUG": "1", "RATES": GENEROUS}
        env |= {"REALTIME_HANDSHAKE_RATE": "1000000", "REALTIME_HANDSHAKE_RATE_PER_IP": "1000000"}
        env |= {"REALTIME_MAX_PENDING_PER_IP": "20000"}
        env |= environment
        arguments = {
            "serve": ["--port", str(port), "--workers", workers],
            "runserver": ["--noreload", str(port)],
        }
        command = [sys.executable, "manage.py", server, *arguments[server]]
        super().__init__(command, port=port, folder=folder, env=env)

    @property
    def url(self) -> str:
        """Where the pages are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where the sockets are, without a slash at the end."""
        return f"ws://127.0.0.1:{self.port}"

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Runs ``manage.py`` in another process on the same database; returns its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def shell(self, code: str) -> str:
        """Runs Python in ``manage.py shell``, in another process; returns what it printed."""
        return self.manage("shell", "-v", "0", "-c", code)


#: A test, or a benchmark, does in a second what people do in an hour.
GENEROUS = ",".join(
    f"{name}=100000000/60"
    for name in ("write", "register", "login", "login_failures", "login_strangers")
)
#: What a site must be given in production, here one that this machine alone reaches.
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "of-a-site-that-is-open-to-this-machine-alone-for-a-test",
    "JWT_SIGNING_KEY": "of-tokens-that-are-good-on-this-machine-alone-for-a-test",
    "ALLOWED_HOSTS": "127.0.0.1",
}
#: What a site process takes over from the tests' environment: never DATABASE_URL and the like.
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Nginx(Server):
    """nginx with deploy/nginx.conf, before these sites."""

    def __init__(self, folder: Path, sites: Sequence[Site]) -> None:
        nginx = program("nginx", package="nginx-light", folders="usr/sbin")
        port = free_port()
        user = "root" if os.geteuid() == 0 else "nobody"
        values = {
            "user www-data;": f"user {user};",
            "/run/nginx.pid": str(folder / "nginx.pid"),
            "/var/log/nginx/error.log": str(folder / "error.log"),
            "listen 80;": f"listen 127.0.0.1:{port};",
            "site.example": "127.0.0.1",
            # Its own folders for what it buffers: the usual ones are root's.
            "access_log off;": "access_log off;"
            + "".join(
                f" {kind}_temp_path {folder}/{kind};"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
        }
        text = _upstreams((ROOT / "deploy/nginx.conf").read_text(), sites)
        for name, value in values.items():
            assert name in text
            text = text.replace(name, value)
        file = folder / "nginx.conf"
        file.write_text(text)
        command = [nginx, "-c", str(file), "-p", str(folder), "-g", "daemon off;"]
        super().__init__(command, port=port, folder=folder)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


def _upstreams(text: str, sites: Sequence["Site"]) -> str:
    """The file's text with these sites in the place of its two servers."""
    second = re.compile(r"^ +server 10\.0\.0\.2:8000.*\n", re.MULTILINE)
    assert len(second.findall(text)) == 2
    text = second.sub("", text)
    first = re.compile(r"^( +server )10\.0\.0\.1:8000(.*\n)", re.MULTILINE)
    assert len(first.findall(text)) == 2
    return first.sub(lambda m: "".join(f"{m[1]}127.0.0.1:{s.port}{m[2]}" for s in sites), text)

"""What all tests may ask for: real Redis, PostgreSQL, Chromium, and the site as a process.

``redis_server``, ``postgres_server``   started once; skipped with the reason where they are missing
``start_site``      a factory: a site of one's own, with any database, Redis and environment
``live_site``       one ordinary site (SQLite, in-process layer) that many tests share
``collected_site``  the same as in production: without DEBUG, with collected static files
``moved_clock``     time that passes when a test says so
``chromium``        an async Playwright browser; open a context of one's own in each test

In-process tests use pytest-django: ``@pytest.mark.django_db(transaction=True)`` where something is
published, because only a real commit numbers and delivers an event.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from playwright.async_api import Browser, async_playwright

from realtime.fields import on_mongodb
from realtime.testing import Clock
from tests.servers import PRODUCTION, Missing, Postgres, Redis, Server, Site
from tests.servers import chromium as chromium_path

StartSite = Callable[..., Site]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Puts the test database into a temporary file: threads lock each other out of memory."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        # A commit need not outlive a power cut here; to wait for the disk is most of a small test.
        database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    elif on_mongodb():
        # One for each process of the test run.
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        database["TEST"]["NAME"] = f"test_{database['NAME']}_{worker}"
    elif "pool" in database["OPTIONS"]:
        # A hundred threads of a test hold more connections, and longer, than requests do.
        database["OPTIONS"]["pool"]["timeout"] = 60


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    """Argon2 is slow on purpose; tests of this process need not wait for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    """Tests of this process come from one address; none is refused for what others have done."""
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        caches["default"].clear()


@pytest.fixture
def moved_clock() -> Iterator[Clock]:
    """Time that passes when a test says so; ask for it before what waits."""
    with Clock() as clock:
        yield clock


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Callable[[str], Path]]:
    """Makes folders for servers; other users may enter them, as PostgreSQL's must under root."""
    base = Path(tempfile.mkdtemp(prefix="realtime-tests-"))
    base.chmod(0o755)
    yield lambda name: Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base))
    shutil.rmtree(base, ignore_errors=True)


def _running(make: Callable[[], Server]) -> Iterator[Server]:
    try:
        server = make()
    except Missing as missing:
        pytest.skip(str(missing))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis_server(server_folder: Callable[[str], Path]) -> Iterator[Server]:
    """A Redis that keeps nothing; ``.url``."""
    yield from _running(lambda: Redis(server_folder("redis")))


@pytest.fixture(scope="session")
def postgres_server(server_folder: Callable[[str], Path]) -> Iterator[Server]:
    """A PostgreSQL cluster; ``.migrated("name")`` makes a site's database, returns its URL."""
    yield from _running(lambda: Postgres(server_folder("postgres")))


@pytest.fixture(scope="session")
def migrated_sqlite(server_folder: Callable[[str], Path]) -> Path:
    """A migrated and empty SQLite file, to be copied."""
    folder = server_folder("template")
    path = folder / "site.sqlite3"
    Site(folder, f"sqlite:///{path}").manage("migrate", "--verbosity", "0")
    return path


@pytest.fixture
def start_site(server_folder: Callable[[str], Path], migrated_sqlite: Path) -> Iterator[StartSite]:
    """Starts sites: ``start_site(database_url=…, redis_url=…, REALTIME_PING_INTERVAL="1")``.

    ``database_url`` is that of a migrated database. Without it a site has an SQLite file of its
    own; give one site's ``.env["DATABASE_URL"]`` to another and they are two processes of one site.
    """
    yield from _sites(server_folder, migrated_sqlite)


@pytest.fixture(scope="session")
def live_site(server_folder: Callable[[str], Path], migrated_sqlite: Path) -> Iterator[Site]:
    """One running site for all tests that do not mind each other's rows."""
    for start in _sites(server_folder, migrated_sqlite):
        yield start()


@pytest.fixture(scope="session")
def collected_site(server_folder: Callable[[str], Path], migrated_sqlite: Path) -> Iterator[Site]:
    """One running site as in production: DEBUG off, static files collected; ``STATIC_ROOT``."""
    production = {
        **PRODUCTION,
        "DJANGO_SETTINGS_MODULE": "tests.collected",
        "STATIC_ROOT": str(server_folder("static")),
    }
    folder = server_folder("collect")
    Site(folder, "sqlite://", **production).manage("collectstatic", "--no-input", "-v", "0")
    for start in _sites(server_folder, migrated_sqlite):
        yield start(**production)


def _sites(folder: Callable[[str], Path], template: Path) -> Iterator[StartSite]:
    sites: list[Site] = []

    def start(database_url: str = "", redis_url: str = "", **environment: str) -> Site:
        home = folder("site")
        if not database_url:
            shutil.copy(template, home / "site.sqlite3")
            database_url = f"sqlite:///{home / 'site.sqlite3'}"
        site = Site(home, database_url, **{"REDIS_URL": redis_url, **environment})
        sites.append(site)
        site.start()
        return site

    try:
        yield start
    finally:
        for site in sites:
            site.stop()
    for site in sites:
        assert "Traceback" not in site.log(), site.log()[-8_000:]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, driven by async Playwright (the sync one breaks pytest-asyncio)."""
    try:
        path = chromium_path()
    except Missing as missing:
        pytest.skip(str(missing))
    # Chromium's own sandbox needs a user that is not root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Pictures that nobody looks at take most of the processor: sixty a second where a dot pulses.
    arguments += ["--force-prefers-reduced-motion"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()

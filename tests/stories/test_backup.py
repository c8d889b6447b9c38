"""Backup and restore as docs/operating/backup.md says, and what clients see of it."""

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.clients import Api, Json, Live
from tests.conftest import StartSite
from tests.servers import Postgres, Site, program

BIN = {"package": "postgresql", "folders": "usr/lib/postgresql/*/bin"}


async def seen(site: Site, reader: Api, live: Live, *bodies: str) -> str:
    """Posts these, and returns the cursor of a client that has seen them all."""
    for body in bodies:
        await reader.post("/api/posts", {"body": body})
        frame = await live.event("post:created")
    return str(frame["cursor"])


async def come_back(site: Site, reader: Api, cursor: str) -> Json:
    """What a client is told that comes back with its cursor."""
    live = await Live.open(site.ws_url, reader.token, f"/ws/?cursor={cursor}")
    page: Json = (await live.next())["payload"]
    await live.close()
    return page


async def bodies(reader: Api) -> list[str]:
    return [post["body"] for post in (await reader.get("/api/posts"))["results"]]


async def begins_anew(site: Site, reader: Api, cursor: str) -> None:
    """The promise: who has seen what is lost fetches afresh, and then misses nothing."""
    page = await come_back(site, reader, cursor)
    assert (page["reset"], page["events"], page["complete"]) == ("epoch", [], True)
    poll = await reader.get("/api/realtime/poll", lastEventId=cursor)
    assert poll["reset"] == "epoch"
    assert await bodies(reader) == ["in the backup"]
    # From the new cursor on it is as ever.
    live = await Live.open(site.ws_url, reader.token, f"/ws/?cursor={page['cursor']}")
    assert (await live.next())["payload"]["reset"] is None
    await reader.post("/api/posts", {"body": "after the restore"})
    assert (await live.event())["payload"]["post"]["body"] == "after the restore"
    await live.close()
    assert '"log.head"' in await asyncio.to_thread(doctor, site)


def doctor(site: Site) -> str:
    """What it says of the log of a running site, all of it well."""
    from json import loads

    found = subprocess.run(
        [*site.command[:2], "doctor", "--json"],
        cwd=site.run_as["cwd"],
        env=site.env,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    of_log = [one for one in loads(found)["findings"] if one["code"].startswith("log.")]
    assert of_log
    assert [one for one in of_log if one["level"] != "ok"] == []
    return found


async def test_clients_of_a_restored_postgresql_fetch_afresh(
    start_site: StartSite, postgres_server: Postgres, server_folder: Callable[[str], Path]
) -> None:
    url, dump = postgres_server.migrated("backed_up"), server_folder("dump") / "site.dump"
    site = start_site(database_url=url)
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    await seen(site, reader, live, "in the backup")
    command = [program("pg_dump", **BIN), "--format=custom", f"--file={dump}", url]
    await asyncio.to_thread(subprocess.run, command, check=True)
    cursor = await seen(site, reader, live, "lost", "lost too")
    site.stop()

    restored = postgres_server.database("restored")
    command = [program("pg_restore", **BIN), "--no-owner", f"--dbname={restored}", str(dump)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    Site(server_folder("restored"), restored).manage("new_epoch")
    again = start_site(database_url=restored)
    await begins_anew(again, Api(again.url, reader.token), cursor)


async def test_clients_of_a_restored_sqlite_fetch_afresh(
    start_site: StartSite, server_folder: Callable[[str], Path]
) -> None:
    site, backup = start_site(), server_folder("backup") / "site.sqlite3"
    file = site.folder / "site.sqlite3"
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    await seen(site, reader, live, "in the backup")
    with sqlite3.connect(file) as running:
        running.execute(f"VACUUM INTO '{backup}'")
    running.close()
    cursor = await seen(site, reader, live, "lost", "lost too")
    site.stop()

    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, file)
    site.manage("new_epoch")
    site.start()
    await begins_anew(site, reader, cursor)


async def test_without_a_new_epoch_a_client_would_take_others_events_for_its_own(
    start_site: StartSite, server_folder: Callable[[str], Path]
) -> None:
    """Why the step is there: the numbers are given a second time."""
    site, backup = start_site(), server_folder("backup") / "site.sqlite3"
    file = site.folder / "site.sqlite3"
    reader = await Api.register(site.url)
    live = await Live.open(site.ws_url, reader.token)
    await seen(site, reader, live, "in the backup")
    with sqlite3.connect(file) as running:
        running.execute(f"VACUUM INTO '{backup}'")
    running.close()
    cursor = await seen(site, reader, live, "lost")
    site.stop()
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, file)
    site.start()
    assert (await come_back(site, reader, cursor))["reset"] == "ahead"
    await reader.post("/api/posts", {"body": "missed for ever"})
    page = await come_back(site, reader, cursor)
    assert (page["reset"], page["events"]) == (None, [])
    assert await bodies(reader) == ["missed for ever", "in the backup"]

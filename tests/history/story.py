"""One history, from its schedule to its record: the thin shell around the pure parts.

Writers, readers and faults run side by side; then everything is healed, one last post is
written, and every reader has to reach it. What must hold of the record is ``checker.py``'s.
"""

import asyncio
import itertools
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from realtime.tasks import end
from tests.history import rest
from tests.history.faults import Faults
from tests.history.hand import Died
from tests.history.reading import Reader
from tests.history.record import Entry, Fresh, History, Json, Tables, Write
from tests.history.schedule import Deed, Schedule
from tests.history.stage import Stage
from tests.history.writing import Things, Writer, deed_steps
from tests.mongodb import servers as mongodb

#: Seconds after the last post in which every reader must have it, everything being healed.
PATIENCE_SECONDS = 12
#: As many where one process emulates the database.
EMULATED_SECONDS = 90
_numbers = itertools.count(1)


@dataclass
class Person:
    """A user of a history."""

    id: str
    token: str


class Story:
    """A schedule on its way through a stage."""

    def __init__(self, schedule: Schedule, stage: Stage) -> None:
        self._schedule, self._stage = schedule, stage
        self._name = f"h{schedule.seed}x{next(_numbers)}"
        is_emulated = schedule.setup == "mongodb-redis" and mongodb.is_emulated()
        self._patience = EMULATED_SECONDS if is_emulated else PATIENCE_SECONDS
        self._things = Things()
        self._people: list[Person] = []
        self._readers: list[Reader] = []
        self._writers: list[Writer] = []
        self.history: History
        self.faults = Faults(stage)
        #: Entries by seq as they were first seen: servers erase what was deleted.
        self._entries: dict[int, Entry] = {}

    async def play(self) -> History:
        """The whole of it."""
        await self._begin()
        schedule = self._schedule
        reading = [
            asyncio.create_task(reader.run(sessions))
            for reader, (_user, sessions) in zip(self._readers, schedule.readers, strict=True)
        ]
        watching = asyncio.create_task(self._watch_the_log())
        try:
            await asyncio.gather(
                self.faults.run(schedule.faults),
                self._run_deeds(),
                *(
                    writer.run(steps)
                    for writer, steps in zip(self._writers, schedule.writers, strict=False)
                ),
            )
            await self._stage.heal()
            await self._finish(reading)
        finally:
            await end((*reading, watching))
        await self._look_at_the_end()
        return self.history

    async def _begin(self) -> None:
        names = [f"{self._name}u{number}" for number in range(len(self._schedule.writers) + 1)]
        made = await self._stage.hand.ask("make_users", names=names)
        self._people = [Person(user["id"], user["token"]) for user in made["users"]]
        users = [person.id for person in self._people]
        # The last one writes the marker alone: nobody is to block them.
        self.history = History(made["epoch"], made["start"], users[:-1])
        ports = self._stage.ports
        for number, person in enumerate(self._people):
            name = f"{self._name}w{number}"
            self._writers.append(
                Writer(name, person.id, person.token, self.history, self._things, ports)
            )
        for number, (user, _sessions) in enumerate(self._schedule.readers):
            person = self._people[user]
            name = f"r{number} of u{user}"
            self._readers.append(Reader(name, person.id, person.token, self.history, ports))
            self.history.readers[name] = person.id
            if any("postgres" in fault.kind for fault in self._schedule.faults):
                self._readers[-1].excused.add("internal")  # its database was away
        for reader in self._readers:
            reader.posts = _Ids(self._things)

    # -- the writer process ------------------------------------------------------------------

    async def _run_deeds(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number, deed in enumerate(self._schedule.deeds):
                await asyncio.sleep(deed.pause)
                group.create_task(self._do(f"{self._name}d{number}", deed))

    async def _do(self, op: str, deed: Deed) -> None:
        user = self._people[deed.user].id
        steps = deed_steps(deed, user, self.history.users, self._things, op)
        if not steps:
            return
        creates = [kind for kind, _ in steps if kind == "create_post"]
        write = Write(op, deed.kind, time.monotonic(), tells=("post:created",) * len(creates))
        self.history.writes.append(write)
        with suppress(Died, TimeoutError):
            answer = await self._stage.hand.ask(
                "write",
                op=op,
                user=user,
                steps=steps,
                hold=deed.hold,
                rolls_back=deed.rolls_back,
            )
            write.answer = str(answer)[:300]
            write.outcome = answer["outcome"]
            if write.outcome != "unknown":
                write.end = answer["end"]
            for (kind, _), key in zip(steps, answer.get("made", ()), strict=False):
                rows = {"create_post": self._things.posts, "add_comment": self._things.comments}
                if kind in rows:
                    rows[kind].append((key, user))

    # -- the end -----------------------------------------------------------------------------

    async def _finish(self, reading: list["asyncio.Task[None]"]) -> None:
        """The marker: a public post that everybody is to get, by whatever transport."""
        marker = self._people[-1]
        body = {"body": f"{self._name} marker"}
        write = Write(f"{self._name}m", "marker", time.monotonic(), tells=("post:created",))
        self.history.writes.append(write)
        status, answer = await rest.call(
            self._stage.sites[0].port,
            "POST",
            "/api/posts",
            marker.token,
            body,
            seconds=self._patience,
            Idempotency_Key=write.op,
        )
        assert status == 201, (status, answer)
        write.end, write.outcome = time.monotonic(), "done"
        goal = await self._number_of(write.op)
        for reader in self._readers:
            reader.goal = goal
        await asyncio.wait(reading, timeout=self._patience)
        for reader, task in zip(self._readers, reading, strict=True):
            if not task.done():
                self.history.wrong.append(f"{reader.name} is stuck at {reader.at} of {goal}")
            elif task.exception() is not None:
                raise task.exception()

    async def _number_of(self, op: str) -> int:
        """Of the entry of a write; it is given soon after the answer."""
        async with asyncio.timeout(self._patience):
            while True:
                await self._dump()
                for entry in self._entries.values():
                    if entry.op == op:
                        return entry.seq
                await asyncio.sleep(0.05)

    async def _watch_the_log(self) -> None:
        while True:
            await asyncio.sleep(0.3)
            with suppress(Died, TimeoutError, KeyError):
                await self._dump()

    async def _dump(self, *, whole: bool = False) -> Json:
        after = self.history.start if whole else max(self._entries, default=self.history.start)
        users = [person.id for person in self._people] if whole else []
        found = await self._stage.hand.ask("dump", after=after, users=users)
        for row in found["entries"]:
            self._entries.setdefault(row["seq"], _entry(row))
        return found

    async def _look_at_the_end(self) -> None:
        found = await self._dump(whole=True)
        # What is numbered and seen once is to be there at the end, if only its number.
        there = {row["seq"] for row in found["entries"]}
        gone = sorted(self._entries.keys() - there)
        self.history.wrong += [f"entry {seq} was in the log and is not now" for seq in gone]
        self.history.entries = [self._entries[seq] for seq in sorted(self._entries)]
        self.history.unnumbered = found["unnumbered"]
        rows = found["tables"]
        self.history.tables = Tables(
            rows["posts"],
            rows["comments"],
            *({tuple(pair) for pair in rows[name]} for name in ("likes", "follows", "blocks")),
        )
        fresh: dict[str, Fresh] = {}
        for number, reader in enumerate(self._readers):
            person = next(one for one in self._people if one.id == reader.user)
            if person.id not in fresh:
                port = self._stage.sites[number % len(self._stage.sites)].port
                fresh[person.id] = await _fresh(port, person, self.history)
            self.history.fresh[reader.name] = fresh[person.id]


class _Ids:
    """The ids of the posts, as they become more."""

    def __init__(self, things: Things) -> None:
        self._things = things

    def __len__(self) -> int:
        return len(self._things.posts)

    def __getitem__(self, key: Any) -> Any:
        found = self._things.posts[key]
        return [row[0] for row in found] if isinstance(key, slice) else found[0]


def _entry(row: Json) -> Entry:
    row = {**row, "rooms": tuple(row["rooms"]), "people": tuple(row["people"])}
    return Entry(**row)


async def _fresh(port: int, person: Person, history: History) -> Fresh:
    """What REST tells somebody of this history."""
    posts: dict[str, Json] = {}
    ours = {
        entry.payload["post"]["id"]
        for entry in history.entries
        if entry.type == "post:created" and entry.payload
    }
    for feed in ("public", "home"):
        path = f"/api/posts?feed={feed}&limit=100"
        while path:
            answer = await _get(port, person, path)
            found = {post["id"]: post for post in answer["results"] if post["id"] in ours}
            posts |= found
            # To the end: posts of a history whose clock was an hour ahead stand before ours.
            path = (answer["next"] or "").partition(str(port))[2]
    talked = [key for key, post in sorted(posts.items()) if post["commentCount"]][-6:]
    comments = {}
    for key in talked:
        answer = await _get(port, person, f"/api/posts/{key}/comments?limit=100")
        if answer["next"] is None:
            comments[key] = {comment["id"]: comment for comment in answer["results"]}
    status, answer = await rest.call(
        port, "GET", "/api/notifications?unread=true", person.token, seconds=20
    )
    return Fresh(posts, comments, answer["unreadCount"] if status == 200 else None)


async def _get(port: int, person: Person, path: str) -> Json:
    status, answer = await rest.call(port, "GET", path, person.token, seconds=20)
    assert status == 200, (path, status, answer)
    return answer

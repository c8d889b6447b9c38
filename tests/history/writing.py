"""Those who write: over REST through whichever server, and in a process of their own.

Each write carries a key (``op``), by which its entries are known in the log; one that was not
answered is sent again with the same key to the other server, as a careful client does.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.history import rest
from tests.history.record import History, Json, Write
from tests.history.schedule import Deed, Step


@dataclass
class Things:
    """What there is to be written about, as far as its writers were told."""

    #: Ids of posts and comments, each with its author's.
    posts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)

    def post(self, rng: Random, author: str | None = None) -> str | None:
        """One of the last posts, of this author if one is named."""
        return _one_of(rng, self.posts, author)

    def comment(self, rng: Random, author: str | None = None) -> str | None:
        return _one_of(rng, self.comments, author)


def _one_of(rng: Random, rows: list[tuple[str, str]], author: str | None) -> str | None:
    found = [key for key, owner in rows if author in (None, owner)]
    return rng.choice(found[-8:]) if found else None


#: Kind of step → method, path, and what the log must hold of it when it is answered with success
#: (not where the answer is the same for one that changed nothing).
REST: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "post": ("POST", "/api/posts", ("post:created",)),
    "edit": ("PATCH", "/api/posts/{post}", ("post:updated",)),
    "narrow": ("PATCH", "/api/posts/{post}", ()),
    "widen": ("PATCH", "/api/posts/{post}", ()),
    "delete": ("DELETE", "/api/posts/{post}", ()),
    "like": ("POST", "/api/posts/{any}/like", ()),
    "unlike": ("DELETE", "/api/posts/{any}/like", ()),
    "comment": ("POST", "/api/posts/{any}/comments", ("comment:added",)),
    "edit_comment": ("PATCH", "/api/comments/{comment}", ("comment:updated",)),
    "delete_comment": ("DELETE", "/api/comments/{comment}", ()),
    "follow": ("PUT", "/api/users/{user}/follow", ()),
    "unfollow": ("DELETE", "/api/users/{user}/follow", ()),
    "block": ("PUT", "/api/users/{user}/block", ()),
    "unblock": ("DELETE", "/api/users/{user}/block", ()),
    "read_all": ("POST", "/api/notifications/read-all", ()),
}


class Writer:
    """A user who writes over REST."""

    def __init__(
        self,
        name: str,
        user: str,
        token: str,
        history: History,
        things: Things,
        ports: Sequence[int],
    ) -> None:
        self.user = user
        self._name, self._token = name, token
        self._history, self._things, self._ports = history, things, ports
        self._numbers = itertools.count(1)

    async def run(self, steps: Sequence[Step]) -> None:
        for step in steps:
            await asyncio.sleep(step.pause)
            await self.do(step)

    async def do(self, step: Step) -> None:
        """Carries out a step, where there is an object for it."""
        rng = Random(step.pick)
        method, path, tells = REST[step.kind]
        names = {
            "post": self._things.post(rng, self.user),
            "any": self._things.post(rng),
            "comment": self._things.comment(rng, self.user),
            "user": rng.choice([one for one in self._history.users if one != self.user]),
        }
        if any(f"{{{name}}}" in path and value is None for name, value in names.items()):
            return
        op = f"{self._name}-{next(self._numbers)}"
        write = Write(op, step.kind, time.monotonic(), tells=tells)
        self._history.writes.append(write)
        body = _body(step.kind, rng, op)
        answer = await self._send(write, method, path.format(**names), body, step.server)
        if write.outcome == "done" and step.kind == "post":
            self._things.posts.append((answer["id"], self.user))
        elif write.outcome == "done" and step.kind == "comment":
            self._things.comments.append((answer["id"], self.user))

    async def _send(self, write: Write, method: str, path: str, body: Any, server: int) -> Any:
        for attempt in range(2):
            port = self._ports[(server + attempt) % len(self._ports)]
            try:
                status, answer = await rest.call(
                    port, method, path, self._token, body, Idempotency_Key=write.op
                )
            except rest.Unanswered as error:
                write.answer = str(error)
                continue
            write.answer = f"{status} {str(answer)[:200]}"
            if status < 500 and status != 409:
                write.end = time.monotonic()
                write.outcome = "done" if status < 300 else "refused"
            return answer
        return None


def _body(kind: str, rng: Random, op: str) -> Json | None:
    match kind:
        case "post":
            visibility = rng.choice(("public", "public", "followers"))
            return {"body": f"{op} #{rng.choice(('tea', 'kyoto'))}", "visibility": visibility}
        case "edit" | "comment" | "edit_comment":
            return {"body": f"{op} #{rng.choice(('tea', 'kyoto'))}"}
        case "narrow":
            return {"visibility": "followers"}
        case "widen":
            return {"visibility": "public"}
    return None


def deed_steps(deed: Deed, user: str, users: list[str], things: Things, op: str) -> list[Any]:
    """The steps of a deed as the writer process takes them."""
    rows: list[Any] = []
    for number, step in enumerate(deed.steps):
        rng = Random(step.pick)
        mine, other = things.post(rng, user), things.post(rng)
        comment = things.comment(rng, user)
        someone = rng.choice([one for one in users if one != user])
        text = f"{op}.{number}"
        visibility = rng.choice(("public", "public", "followers"))
        match step.kind:
            case "post":
                rows.append(("create_post", {"body": text, "visibility": visibility}))
            case "edit" if mine:
                rows.append(("edit_post", {"post_id": mine, "body": text}))
            case "narrow" if mine:
                rows.append(("edit_post", {"post_id": mine, "visibility": "followers"}))
            case "widen" if mine:
                rows.append(("edit_post", {"post_id": mine, "visibility": "public"}))
            case "delete" if mine:
                rows.append(("delete_post", {"post_id": mine}))
            case "like" if other:
                rows.append(("like_post", {"post_id": other}))
            case "unlike" if other:
                rows.append(("unlike_post", {"post_id": other}))
            case "comment" if other:
                rows.append(("add_comment", {"post_id": other, "body": text}))
            case "edit_comment" if comment:
                rows.append(("edit_comment", {"comment_id": comment, "body": text}))
            case "delete_comment" if comment:
                rows.append(("delete_comment", {"comment_id": comment}))
            case "follow":
                rows.append(("follow", [someone]))
    return rows

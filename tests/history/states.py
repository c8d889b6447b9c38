"""What a client knows from its events alone, against what REST tells it at the end.

Pure. The client is the simplest one that follows SPEC 2 and 5: it takes what is newer, inserts
what it lacks, and drops what it is told to drop. It began with an empty page.

Left out is what no event can tell it, so that a client has to fetch: what was there before it
began to follow somebody, and what a block has hidden or shown again. And what a writer of whom
nobody had heard for long wrote after the reader had left; that it left too early shows elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.history.facts import Facts
from tests.history.record import Entry, Fresh, History, Json


@dataclass
class Client:
    """A page that only listens."""

    user: str
    posts: dict[str, Json] = field(default_factory=dict)
    comments: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: Posts of which it has heard from their first day on, so that it knows all comments.
    whole: set[str] = field(default_factory=set)
    #: Posts that it likes, as far as it was told.
    liked: set[str] = field(default_factory=set)
    #: Posts that came back to it: whether it likes them may have been told while they were hidden.
    unsure: set[str] = field(default_factory=set)
    unread: int | None = None

    def take(self, kind: str, payload: Json) -> None:
        """Apply an event."""
        match kind:
            case "post:created" | "post:updated":
                self._take_post(kind, payload["post"])
            case "post:deleted":
                self.posts.pop(payload["postId"], None)
                self.comments.pop(payload["postId"], None)
                self.whole.discard(payload["postId"])
            case "post:liked" | "post:unliked":
                self._take_like(kind, payload)
            case "comment:added" | "comment:updated":
                comment = payload["comment"]
                self.comments.setdefault(payload["postId"], {})[comment["id"]] = comment
                self._count(payload, "commentCount")
            case "comment:deleted":
                self.comments.get(payload["postId"], {}).pop(payload["commentId"], None)
                self._count(payload, "commentCount")
            case "notification:new" | "notification:read":
                self.unread = payload["unreadCount"]

    def _take_post(self, kind: str, post: Json) -> None:
        known = self.posts.get(post["id"])
        if known is None:
            (self.whole if kind == "post:created" else self.unsure).add(post["id"])
        if known is None or known["version"] <= post["version"]:
            self.posts[post["id"]] = {**post, "isLiked": post["id"] in self.liked}

    def _take_like(self, kind: str, payload: Json) -> None:
        self._count(payload, "likeCount")
        if payload["userId"] == self.user:
            change = self.liked.add if kind == "post:liked" else self.liked.discard
            change(payload["postId"])
            self.unsure.discard(payload["postId"])
        if (post := self.posts.get(payload["postId"])) is not None:
            post["isLiked"] = payload["postId"] in self.liked

    def _count(self, payload: Json, name: str) -> None:
        post = self.posts.get(payload["postId"])
        if post is not None and post["version"] <= payload["version"]:
            post |= {name: payload[name], "version": payload["version"]}


def wrong_states(history: History, facts: Facts) -> Iterator[str]:
    """Where a client that only listened does not know what REST tells it."""
    for reader, fresh in history.fresh.items():
        client = Client(history.readers[reader])
        left_at = history.start
        for stretch in history.stretches:
            if stretch.reader == reader:
                left_at = max(left_at, stretch.upto)
                for frame in stretch.frames:
                    client.take(frame["type"], frame["payload"])
        late = [entry for entry in history.entries if entry.seq > left_at]
        yield from (
            f"state: {reader}: {text}" for text in _compare(client, fresh, facts, history, late)
        )


def _compare(
    client: Client, fresh: Fresh, facts: Facts, history: History, late: Sequence[Entry]
) -> Iterator[str]:
    touched = {room.partition(":")[2] for entry in late for room in entry.rooms}
    blocked = any(
        facts.ever_parted(client.user, user) for user in history.users if user != client.user
    )
    for post in sorted(client.posts.keys() | fresh.posts.keys()):
        if post in touched or _is_for_fetching(client, post, facts, history):
            continue
        known, there = client.posts.get(post), fresh.posts.get(post)
        if known is None or there is None:
            yield f"post {post}: it knows {known}, REST tells {there}"
        elif blocked and known["version"] <= there["version"]:
            continue  # what was withheld comes with the next event
        elif post in client.unsure and {**known, "isLiked": there["isLiked"]} == there:
            continue  # to know whether it likes the post it has to fetch it
        elif known != there:
            yield f"post {post}: it knows {known}, REST tells {there}"
        elif post in client.whole and post in fresh.comments:
            mine = client.comments.get(post, {})
            if mine != fresh.comments[post]:
                yield f"post {post}: it knows comments {mine}, REST tells {fresh.comments[post]}"
    if client.user in touched or blocked or fresh.unread is None:
        return
    if (client.unread or 0) != fresh.unread:
        yield f"it knows {client.unread} unread, REST tells {fresh.unread}"


def _is_for_fetching(client: Client, post: str, facts: Facts, history: History) -> bool:
    """Whether a client cannot know from events alone whether it sees this post."""
    author, me = facts.author_of.get(post, ""), client.user
    if facts.ever_parted(me, author):
        return True
    first = next(facts.posts[post].changes(0, history.entries[-1].seq), 0)
    changes = facts.follows[me, author].changes(first, history.entries[-1].seq)
    was_narrow = any(
        facts.posts[post].at(seq) == "followers"
        for seq in facts.posts[post].changes(0, history.entries[-1].seq)
    )
    # It was for followers at some time, and we were not followers all the time or never.
    return was_narrow and any(changes)

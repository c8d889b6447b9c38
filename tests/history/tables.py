"""Whether the log tells what the tables hold: all entries played from the first to the last.

Pure. What is saved without an entry, or told without a row, shows here.
"""

from collections.abc import Iterator

from tests.history.record import History, Tables


def wrong_tables(history: History) -> Iterator[str]:
    """Where the rows at the end are not what the log says."""
    if history.tables is None:
        return
    told = played(history)
    for name in ("posts", "comments", "likes", "follows", "blocks"):
        there, expected = getattr(history.tables, name), getattr(told, name)
        if isinstance(there, dict):
            there, expected = set(_flat(there)), set(_flat(expected))
        for row in sorted(there - expected):
            yield f"tables: {name} hold {row}, and the log does not"
        for row in sorted(expected - there):
            yield f"tables: {name} do not hold {row}, and the log does"


def _flat(rows):
    return (
        (key, tuple(sorted((name, str(v)) for name, v in row.items()))) for key, row in rows.items()
    )


def played(history: History) -> Tables:
    """The rows that the log tells of."""
    tables = Tables({}, {}, set(), set(), set())
    for entry in history.entries:
        if entry.payload is not None:
            _play(tables, entry.type, entry.payload)
    return tables


def _play(tables: Tables, kind: str, payload) -> None:
    match kind:
        case "post:created" | "post:updated":
            post = payload["post"]
            named = ("body", "visibility", "likeCount", "commentCount", "version")
            tables.posts[post["id"]] = {name: post[name] for name in named}
        case "post:deleted" if payload["reason"] != "visibility":
            _drop_post(tables, payload["postId"])
        case "post:liked" | "post:unliked":
            like = payload["postId"], payload["userId"]
            (tables.likes.add if kind == "post:liked" else tables.likes.discard)(like)
            _count(tables, payload, "likeCount")
        case "comment:added" | "comment:updated":
            comment = payload["comment"]
            named = ("postId", "body", "version")
            tables.comments[comment["id"]] = {name: comment[name] for name in named}
            _count(tables, payload, "commentCount")
        case "comment:deleted":
            tables.comments.pop(payload["commentId"], None)
            _count(tables, payload, "commentCount")
        case "user:followed":
            tables.follows.add((payload["userId"], payload["targetId"]))
        case "user:unfollowed":
            tables.follows.discard((payload["userId"], payload["targetId"]))
        case "user:blocked":
            tables.blocks.add((payload["userId"], payload["targetId"]))
        case "user:unblocked":
            tables.blocks.discard((payload["userId"], payload["targetId"]))


def _count(tables: Tables, payload, name: str) -> None:
    post = tables.posts.get(payload["postId"])
    if post is not None:
        post |= {name: payload[name], "version": payload["version"]}


def _drop_post(tables: Tables, post: str) -> None:
    tables.posts.pop(post, None)
    tables.likes = {like for like in tables.likes if like[0] != post}
    for comment in [key for key, row in tables.comments.items() if row["postId"] == post]:
        del tables.comments[comment]

"""A process of its own that writes, as a cron job or a shell does: no server, no hub.

``python -m tests.history.writer_process``: takes commands as JSON lines and answers each with
one, in a thread each. Its own times are the monotonic clock's, which all processes share.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection  # noqa: E402

from accounts import actions as people  # noqa: E402
from accounts.logins import open_login  # noqa: E402
from accounts.models import Block, Follow, User  # noqa: E402
from posts import actions  # noqa: E402
from posts.models import Comment, Like, Post  # noqa: E402
from realtime import log  # noqa: E402
from realtime.errors import RealtimeError  # noqa: E402
from realtime.models import LogEntry  # noqa: E402
from realtime.publish import operation  # noqa: E402
from realtime.transactions import atomic  # noqa: E402


class RolledBack(Exception):
    """On purpose."""


def make_users(command):
    made = []
    for name in command["names"]:
        user = User(username=name, password=make_password(None))
        user.save()
        made.append({"id": str(user.pk), "token": open_login(user).access})
    head = log.head()
    return {"users": made, "epoch": head.epoch, "start": head.last}


def write(command):
    """One transaction with all steps of a deed."""
    user = User.objects.get(pk=command["user"])
    made = []
    begin = time.monotonic()
    try:
        with operation(command["op"]), atomic():
            for kind, arguments in command["steps"]:
                made.append(_step(user, kind, arguments))
            if command["hold"]:
                tell({"id": command["id"], "holding": True})
                time.sleep(command["hold"])
            if command["rolls_back"]:
                raise RolledBack
    except RolledBack:
        return {"begin": begin, "end": time.monotonic(), "outcome": "rolled back"}
    except RealtimeError as error:
        text = f"{type(error).__name__}: {error}"
        return {"begin": begin, "end": time.monotonic(), "outcome": "refused", "why": text}
    return {"begin": begin, "end": time.monotonic(), "outcome": "done", "made": made}


def _step(user, kind, arguments):
    if kind in ("follow", "unfollow", "block", "unblock"):
        getattr(people, kind)(user, *arguments)
        return None
    made = getattr(actions, kind)(user, **arguments)
    return str(made.pk) if kind in ("create_post", "add_comment") else None


def dump(command):
    """The log after a position, and the rows of some users."""
    entries = []
    for entry in LogEntry.objects.filter(seq__gt=command["after"]).order_by("seq"):
        envelope = log._envelope(entry)
        entries.append(
            {
                "id": entry.pk,
                "seq": entry.seq,
                "type": entry.type,
                "rooms": envelope.rooms,
                "people": envelope.people,
                "op": envelope.op,
                "ts": envelope.ts,
                "payload": json.loads(bytes(envelope.payload)),
            }
        )
    return {
        "entries": entries,
        "unnumbered": LogEntry.objects.filter(seq__isnull=True).count(),
        "tables": _tables(command["users"]) if command["users"] else None,
    }


def _tables(users):
    posts = Post.objects.filter(author__in=users)
    return {
        "posts": {
            str(post.pk): {
                "body": post.body,
                "visibility": post.visibility,
                "likeCount": post.like_count,
                "commentCount": post.comment_count,
                "version": post.version,
            }
            for post in posts
        },
        "comments": {
            str(row.pk): {"postId": str(row.post_id), "body": row.body, "version": row.version}
            for row in Comment.objects.filter(author__in=users)
        },
        "likes": _pairs(Like.objects.filter(user__in=users), "post_id", "user_id"),
        "follows": _pairs(Follow.objects.filter(follower__in=users), "follower_id", "followed_id"),
        "blocks": _pairs(Block.objects.filter(blocker__in=users), "blocker_id", "blocked_id"),
    }


def _pairs(rows, *names):
    return [[str(one), str(other)] for one, other in rows.values_list(*names)]


COMMANDS = {"make_users": make_users, "write": write, "dump": dump}
_line = threading.Lock()


def tell(answer):
    with _line:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def serve(command):
    try:
        answer = COMMANDS[command["do"]](command)
    except Exception as error:
        answer = {"outcome": "unknown", "error": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()
    tell({"id": command["id"], **answer})


if __name__ == "__main__":
    with ThreadPoolExecutor(3) as pool:
        tell({"id": "ready"})
        for line in sys.stdin:
            pool.submit(serve, json.loads(line))

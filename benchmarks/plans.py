"""``./run bench plans``: how the database finds a page of each feed among 1,000,000 posts.

On SQLite, or on a PostgreSQL of its own with ``--postgres``. Prints for each feed the time that
its page takes and the plan, and writes both into ``benchmarks/results/plans-<database>.md``.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.servers import ROOT, Postgres

RESULTS = Path(__file__).parent / "results"
#: Posts written at once; more would not fit into one statement of SQLite's.
BATCH = 2_000
AUTHORS, TAGS = 10_000, 1_000
#: A page is asked for so often; the median counts.
TIMES = 7


def main(arguments: Sequence[str]) -> int:
    """Fills a database and asks it; as a second process, once the settings are known."""
    parser = argparse.ArgumentParser(prog="./run bench plans", description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="plans-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postgres(_made(folder / "postgres")) if options.postgres else None
        url = f"sqlite:///{folder / 'site.sqlite3'}"
        if server is not None:
            server.start()
            url = server.database("plans")
        try:
            code = f"from benchmarks.plans import run; run({options.posts})"
            command = [sys.executable, "-c", code]
            return subprocess.run(
                command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=False
            ).returncode
        finally:
            if server is not None:
                server.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def run(count: int) -> None:
    """In the second process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "realtime_site.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    fill(count)
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    lines = [f"# Plans on {connection.display_name}, {count:,} posts", ""]
    for name, ask in feeds():
        ms, plan = measure(ask)
        print(f"{ms:>9.2f} ms  {name}", flush=True)
        lines += [f"## {name}: {ms:.2f} ms", "", "```", plan, "```", ""]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"plans-{connection.vendor}.md"
    path.write_text("\n".join(lines))
    print(f"\nWritten: {path}")


def fill(count: int) -> None:
    """Authors of whom few write much, posts of which one in twenty is for followers, hashtags."""
    from accounts.models import Block, Follow, User
    from posts.models import Post
    from posts.words import PostHashtag
    from realtime.keys import uuid7

    dice = random.Random(5)
    authors = [User(username=f"u{n}", username_key=f"u{n}") for n in range(AUTHORS)]
    User.objects.bulk_create(authors, batch_size=500)
    quiet, busy = authors[-5:], authors[: AUTHORS // 20]
    for reader, followed in ((authors[-10], quiet), (authors[-11], busy)):
        Follow.objects.bulk_create(Follow(follower=reader, followed=one) for one in followed)
        Block.objects.bulk_create(Block(blocker=reader, blocked=one) for one in authors[600:650])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(0, count, BATCH):
        posts, tags = [], []
        for number in range(first, min(first + BATCH, count)):
            # A tenth of the authors write nine posts of ten.
            at = begin + timedelta(seconds=number)
            who = dice.randrange(AUTHORS // 10 if dice.random() < 0.9 else AUTHORS)
            post = Post(
                id=uuid7(),
                author=authors[who],
                body="Something that people write, of an ordinary length for a post.",
                visibility="followers" if number % 20 == 0 else "public",
                created_at=at,
                updated_at=at,
            )
            posts.append(post)
            if number % 3 == 0:
                tags.append(PostHashtag(post=post, tag=f"t{int(TAGS * dice.random() ** 3)}"))
        Post.objects.bulk_create(posts, batch_size=500)
        PostHashtag.objects.bulk_create(tags, batch_size=500)
        done = min(first + BATCH, count)
        print(f"\r{'█' * (30 * done // count):<30} {done:>9,} posts", end="", flush=True)
    print()


Ask = Callable[[], Any]


def feeds() -> Iterator[tuple[str, Ask]]:
    """Each feed as REST asks for it: the newest page, and one from the middle."""
    from accounts.models import User
    from posts.feeds import feed, sources
    from posts.models import Post
    from realtime.rest.pagination import Span, rows_beside

    few, many = (User.objects.get(username=f"u{AUTHORS - back}") for back in (10, 11))
    nobody = User.objects.get(username=f"u{AUTHORS - 20}")
    middle = Post.objects.order_by("pk")[Post.objects.count() // 2].pk
    asked = {
        "public": (nobody, {}),
        "public, with 50 blocked": (many, {}),
        "home of who follows nobody": (nobody, {"feed": "home"}),
        "home of who follows 5 who seldom write": (few, {"feed": "home"}),
        "home of who follows 500 who write much": (many, {"feed": "home"}),
        "an author who writes much": (nobody, {"author": str(User.objects.get(username="u7").pk)}),
        "an author who seldom writes": (nobody, {"author": str(few.pk)}),
        "a hashtag that is everywhere": (nobody, {"hashtag": "t0"}),
        "a hashtag that is rare": (nobody, {"hashtag": f"t{TAGS - 1}"}),
    }
    for name, (reader, query) in asked.items():
        rows, found_in = feed(reader, query), sources(reader, query)
        for where, span in (("", Span(20)), (", from the middle", Span(20, middle))):
            yield name + where, partial(rows_beside, rows, span, sources=found_in)


def measure(ask: Ask) -> tuple[float, str]:
    """Milliseconds that the page takes, and the plan of each of its queries."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    times = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begin) * 1000)
        if times[-1] > 5_000:
            break
    reset_queries()  # where DEBUG keeps them, the list is full by now, and takes none from the end
    with CaptureQueriesContext(connection) as captured:
        ask()
    return statistics.median(times), "\n\n".join(map(_plan, captured.captured_queries))


def _plan(query: dict[str, str]) -> str:
    from django.db import connection

    prefix = connection.ops.explain_query_prefix()
    with connection.cursor() as sql:
        sql.execute(f"{prefix} {query['sql']}")
        return "\n".join(" ".join(map(str, row)) for row in sql.fetchall())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

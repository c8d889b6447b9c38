"""A process that writes posts, as a cron job or another server would.

``python -m benchmarks.peers.ours_writer BODY_BYTES ROOMS [AUTHORS]`` in a site's environment. The
posts of a burst are one transaction, as of an import. With several authors post n is that of
author n modulo their number, for followers alone.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime_site.settings")

import django

django.setup()

from accounts.models import User  # noqa: E402
from benchmarks.pace import serve  # noqa: E402
from posts.actions import create_post  # noqa: E402
from realtime.transactions import atomic  # noqa: E402


def main(size: int, rooms: int, authors: int) -> None:
    writers = [User.objects.get(username=f"reader{number}") for number in range(authors)]
    visibility = "public" if authors == 1 else "followers"

    def publish(texts: list[str]) -> None:
        with atomic():
            for text in texts:
                author = writers[_number(text) % authors]
                create_post(author, text if rooms == 1 else f"{text} #bench", visibility)

    serve(publish, size)


def _number(text: str) -> int:
    """Of an event as ``pace.py`` writes it."""
    return int(text[text.index(",") + 1 : text.index(";")])


if __name__ == "__main__":
    _size, _rooms, *_authors = sys.argv[1:]
    main(int(_size), len(_rooms.split(",")), int(_authors[0]) if _authors else 1)

"""A process that writes posts, as a cron job or another server would.

``python -m benchmarks.peers.ours_writer BODY_BYTES ROOMS`` in a site's environment. The posts of
a burst are one transaction, as of an import.
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


def main(size: int, rooms: int) -> None:
    writer = User.objects.get(username="reader0")

    def publish(texts: list[str]) -> None:
        with atomic():
            for text in texts:
                create_post(writer, text if rooms == 1 else f"{text} #bench")

    serve(publish, size)


if __name__ == "__main__":
    main(int(sys.argv[1]), len(sys.argv[2].split(",")))

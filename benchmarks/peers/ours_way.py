"""A process that writes posts and looks at the clock: what comes before an event is on its way.

``python -m benchmarks.peers.ours_way BODY_BYTES COUNT INTERVAL`` in a site's environment; prints
the medians of ``save``, ``number`` and ``tell`` in milliseconds, as JSON.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime_site.settings")

import django

django.setup()

from accounts.models import User  # noqa: E402
from benchmarks.pace import text_of  # noqa: E402
from posts.actions import create_post  # noqa: E402
from realtime import bus, log  # noqa: E402

spent: defaultdict[str, list[float]] = defaultdict(list)


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, noting how long it took."""

    def run(*args: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*args)
        finally:
            spent[name].append((time.perf_counter() - begun) * 1000)

    return run


def main(size: int, count: int, interval: float) -> None:
    log.number = timed("number", log.number)
    bus.publish_from_thread = timed("tell", bus.publish_from_thread)
    post = timed("all", create_post)
    author = User.objects.get(username="reader0")
    for number in range(1, count + 1):
        post(author, text_of(number, size))
        time.sleep(interval)
    all_of_it, number_ms, tell = (median(spent[name]) for name in ("all", "number", "tell"))
    save = all_of_it - number_ms - tell
    print(json.dumps({"save": save, "number": number_ms, "tell": tell}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

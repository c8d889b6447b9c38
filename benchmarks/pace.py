"""The pace of a writer: so many events, so many at once, so far apart. Standard library only,
because writers run in the environments of the peers that they write for.

Lines on standard input: ``FIRST COUNT BURST INTERVAL``, the first event's number and the interval
in seconds; ``done`` comes back.
"""

import sys
import time
from collections.abc import Callable

#: What the events of the peers are long; ours have their frame around it.
EVENT_BYTES = 400


def serve(publish: Callable[[list[str]], None], size: int = EVENT_BYTES) -> None:
    """Do what the lines say until they end; ``publish`` takes the texts of one burst."""
    print("ready", flush=True)
    for line in sys.stdin:
        first, count, burst, interval = line.split()
        due, number = time.monotonic(), int(first) - 1
        last = number + int(count)
        while number < last:
            time.sleep(max(0.0, due - time.monotonic()))
            due += float(interval)
            numbers = range(number + 1, min(number + int(burst), last) + 1)
            publish([text_of(one, size) for one in numbers])
            number = numbers[-1]
        print("done", flush=True)


def text_of(number: int, size: int) -> str:
    """An event: when it was written, its number, and what makes it so long."""
    return f"bench={time.time_ns()},{number};".ljust(size, "x")

"""Writes by HTTP POST over one connection: for nchan, for Centrifugo, and for our own REST.

``python -m benchmarks.peers.http_writer FORMAT PORT ROOMS [TOKEN]``
"""

import http.client
import json
import sys
from collections.abc import Callable, Iterator, Sequence

from benchmarks.pace import EVENT_BYTES, serve

#: Path and body of the requests that one event takes.
Requests = Iterator[tuple[str, bytes]]


def nchan(text: str, rooms: Sequence[str]) -> Requests:
    """One request a channel: nchan's publisher knows no unions."""
    for room in rooms:
        yield f"/pub/{room}", text.encode()


def centrifugo(text: str, rooms: Sequence[str]) -> Requests:
    """One request for all channels."""
    yield "/api/broadcast", json.dumps({"channels": list(rooms), "data": {"text": text}}).encode()


def ours(text: str, rooms: Sequence[str]) -> Requests:
    """A post, as anybody writes one; its rooms follow from its author and its hashtags."""
    body = text if len(rooms) == 1 else f"{text} #bench"
    yield "/api/posts", json.dumps({"body": body}).encode()


FORMATS: dict[str, Callable[[str, Sequence[str]], Requests]] = {
    "nchan": nchan,
    "centrifugo": centrifugo,
    "ours": ours,
}


def main() -> None:
    form, port, rooms = FORMATS[sys.argv[1]], int(sys.argv[2]), sys.argv[3].split(",")
    headers = {"Content-Type": "application/json"}
    if len(sys.argv) > 4:
        headers["Authorization"] = f"Bearer {sys.argv[4]}"
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def publish(texts: list[str]) -> None:
        for text in texts:
            for path, body in form(text, rooms):
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status >= 300:
                    raise RuntimeError(f"{path}: HTTP {answer.status}")

    serve(publish, EVENT_BYTES if sys.argv[1] != "ours" else OUR_BODY_BYTES)


#: Ours has its author, rooms, cursor and times around it.
OUR_BODY_BYTES = 40

if __name__ == "__main__":
    main()

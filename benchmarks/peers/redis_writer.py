"""Writes for the peers that listen to Redis, each in its own format.

``python -m benchmarks.peers.redis_writer FORMAT PORT ROOMS``
"""

import json
import socket
import sys
from collections.abc import Callable, Sequence

import msgspec

from benchmarks.pace import serve


def socketio(text: str, rooms: Sequence[str]) -> tuple[bytes, bytes]:
    """What @socket.io/redis-emitter publishes: a packet for some rooms of the main namespace."""
    packet = {"type": 2, "data": ["news", text], "nsp": "/"}
    message = ["emitter", packet, {"rooms": list(rooms), "flags": {}, "except": []}]
    channel = "socket.io#/#" + (f"{rooms[0]}#" if len(rooms) == 1 else "")
    return channel.encode(), msgspec.msgpack.encode(message)


def python_socketio(text: str, rooms: Sequence[str]) -> tuple[bytes, bytes]:
    """What python-socketio's manager publishes."""
    message = {
        "method": "emit",
        "event": "news",
        "data": text,
        "binary": False,
        "namespace": "/",
        "room": rooms[0] if len(rooms) == 1 else list(rooms),
        "skip_sid": None,
        "callback": None,
        "host_id": "writer",
    }
    return b"socketio", json.dumps(message).encode()


def ws(text: str, rooms: Sequence[str]) -> tuple[bytes, bytes]:
    """What our own little server for the `ws` package listens for."""
    return b"bench", json.dumps({"to": list(rooms), "text": text}).encode()


FORMATS: dict[str, Callable[[str, Sequence[str]], tuple[bytes, bytes]]] = {
    "socketio": socketio,
    "python-socketio": python_socketio,
    "ws": ws,
}


def main() -> None:
    form, port, rooms = FORMATS[sys.argv[1]], int(sys.argv[2]), sys.argv[3].split(",")
    connection = socket.create_connection(("127.0.0.1", port))
    answers = connection.makefile("rb")

    def publish(texts: list[str]) -> None:
        for text in texts:
            channel, message = form(text, rooms)
            connection.sendall(
                b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"
                % (len(channel), channel, len(message), message)
            )
        for _text in texts:
            answers.readline()

    serve(publish)


if __name__ == "__main__":
    main()

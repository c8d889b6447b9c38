"""Frames that nobody should send, made from a seed: bytes that go to a server's socket.

Pure: the same seed gives the same frames. Half of them are frames of the protocol with something
wrong in a member; the others are texts, fragments, and bytes that are no frames at all.
"""

import json
import random
from collections.abc import Callable
from typing import Any, NamedTuple

TEXT, CONTINUATION, PING = 1, 0, 9
#: Command → the members of its payload.
COMMANDS = {
    "room:join": ["room"],
    "room:leave": ["room"],
    "sync:request": ["cursor", "rooms", "limit"],
    "notification:read": ["notificationId", "all"],
    "user:typing": ["postId"],
    "user:stopped_typing": ["postId"],
}
MEMBERS = COMMANDS | {
    "auth": ["token", "cursor", "rooms"],
    "heartbeat": [],
    "post:created": ["post"],
    "": [],
}
ROOMS = ("public", "post:", "following:", "presence", "tag:", "user:", "notifications:", "staff")
#: Texts at which something, somewhere, has gone wrong before.
TEXTS = (
    "",
    "0",
    "null",
    "\x00",
    "\ud800",
    "\u202e\u2066",
    "é" * 300,
    "👩‍👩‍👧‍👦" * 50,
    "' OR 1=1 --",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}%s%n",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "9" * 400,
    "-1",
    "1e999",
    "00000000-0000-0000-0000-000000000000",
    "z-18446744073709551616",
    "a" * 5_000,
)
#: JSON that Python's own encoder would not write.
LITERALS = ("NaN", "-Infinity", "1e400", "-0", "01", "1" * 500, '"\\ud800"', "[" * 200, "[{}" * 60)
#: Stands for one of them in what is encoded.
LITERAL = "a literal"
#: What no text in UTF-8 ends with.
NO_UTF8 = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe6\x97")
#: What JSON is made of.
SIGNS = '{}[]",:\\ 0a'


class Attack(NamedTuple):
    """Bytes for a socket, and how many frames they stand for."""

    data: bytes
    frames: int


class Fuzzer:
    """An endless supply of bad frames."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def whole(self) -> Attack:
        """Frames that leave their socket in good order, whatever the server thinks of them."""
        return self._one_of(
            {self._wrong_member: 70, self._no_json: 15, self._fragments: 10, self._no_text: 5}
        )

    def broken(self) -> Attack:
        """Bytes after which a socket need not live: no frames, or the beginning of one."""
        return self._one_of({self._mutated: 60, self._garbage: 25, self._no_utf8: 15})

    def _one_of(self, kinds: dict[Callable[[], Attack], int]) -> Attack:
        return self._random.choices(list(kinds), list(kinds.values()))[0]()

    # -- the protocol's own, with something wrong ---------------------------------------------

    def _wrong_member(self) -> Attack:
        return Attack(self._frame(TEXT, self._json()), 1)

    def _json(self) -> bytes:
        kind = self._random.choice(list(MEMBERS))
        payload: Any = {one: self._value() for one in MEMBERS[kind] if self._random.random() < 0.9}
        if self._random.random() < 0.1:
            payload = self._value()
        elif self._random.random() < 0.2:
            payload[self._text()] = self._value()
        frame: dict[str, Any] = {"type": kind or self._text(), "payload": payload}
        if self._random.random() < 0.5:
            frame["id"] = self._value()
        if self._random.random() < 0.1:
            frame[self._text()] = self._value()
        text = json.dumps(frame, ensure_ascii=self._random.random() < 0.5)
        text = text.replace(f'"{LITERAL}"', self._random.choice(LITERALS))
        return text.encode(errors="replace")

    def _value(self, depth: int = 0) -> Any:
        dice = self._random.random()
        if dice < 0.35:
            return self._random.choice(ROOMS) + self._text()
        if dice < 0.55:
            return self._text()
        if dice < 0.7:
            return self._random.choice((0, -1, 1, 2**53, 2**64, -(2**70), 0.5, 1e308, True, None))
        if dice < 0.73:
            return LITERAL
        if depth > 3:
            return []
        count = self._random.choice((0, 1, 3, 250 if not depth else 2))
        if dice < 0.85:
            return [self._value(depth + 1) for _ in range(count)]
        return {self._text(): self._value(depth + 1) for _ in range(min(count, 5))}

    def _text(self) -> str:
        text = self._random.choice(TEXTS)
        return text if len(text) < 1_000 or self._random.random() < 0.05 else text[:40]

    # -- other texts, and none ----------------------------------------------------------------

    def _no_json(self) -> Attack:
        text = self._json().decode()
        for _ in range(self._random.randint(1, 4)):
            at = self._random.randrange(len(text) + 1)
            text = text[:at] + self._random.choice(SIGNS) + text[at + self._random.randint(0, 3) :]
        return Attack(self._frame(TEXT, text.encode()), 1)

    def _fragments(self) -> Attack:
        text, parts = self._json(), []
        places = range(len(text) + 1)
        cuts = sorted(self._random.choice(places) for _ in range(self._random.randint(1, 5)))
        for number, (begin, end) in enumerate(zip([0, *cuts], [*cuts, len(text)], strict=True)):
            opcode = CONTINUATION if number else TEXT
            parts.append(self._frame(opcode, text[begin:end], fin=number == len(cuts)))
            if self._random.random() < 0.3:
                words = self._random.randbytes(self._random.randint(0, 125))
                parts.append(self._frame(PING, words))
        return Attack(b"".join(parts), len(parts))

    def _no_text(self) -> Attack:
        return Attack(self._frame(2, self._random.randbytes(self._random.randint(0, 300))), 1)

    def _mutated(self) -> Attack:
        data = bytearray(self._frame(TEXT, self._json()))
        for _ in range(self._random.randint(1, 6)):
            at = self._random.randrange(min(len(data), 16))
            data[at] = self._random.randrange(256)
        return Attack(bytes(data), 1)

    def _garbage(self) -> Attack:
        return Attack(self._random.randbytes(self._random.randint(1, 400)), 1)

    def _no_utf8(self) -> Attack:
        text = self._json()
        return Attack(self._frame(TEXT, text + self._random.choice(NO_UTF8)), 1)

    def _frame(self, opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
        mask = self._random.randbytes(4)
        return header(opcode, len(payload), fin=fin) + mask + masked(payload, mask)


def header(opcode: int, size: int, *, fin: bool = True) -> bytes:
    """The head of a client's frame, up to its mask."""
    first = (0x80 if fin else 0) | opcode
    if size < 126:
        return bytes((first, 0x80 | size))
    if size < 65_536:
        return bytes((first, 0x80 | 126)) + size.to_bytes(2)
    return bytes((first, 0x80 | 127)) + size.to_bytes(8)


def masked(payload: bytes, mask: bytes) -> bytes:
    """The payload under its mask, or out from under it."""
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(whole)).to_bytes(len(payload))

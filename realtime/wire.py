"""WebSocket frames as a server reads and writes them (RFC 6455). Bytes in, messages out.

Life of an event:  save → signal → event → log → bus → hub → consumer → **browser**
No extensions; so the reserved bits are always 0.
"""

import base64
import binascii
import hashlib
import struct
from typing import NamedTuple

from websockets.frames import EXTERNAL_CLOSE_CODES
from websockets.frames import apply_mask as apply_mask_in_c  # type: ignore[attr-defined]

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
#: Close codes of RFC 6455, section 7.4.1.
PROTOCOL_ERROR, NO_CODE, INVALID_DATA, POLICY, TOO_BIG = 1002, 1005, 1007, 1008, 1009

#: Messages that are given at once: what else is to be done need not wait for more of them.
BATCH = 64
#: Pings, pongs and fragments, which nobody counts as messages, that may come at once.
PIECES = 1_000
PIECES_PER_SECOND = 100

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Violation(Exception):
    """The client broke the protocol; the argument is the code to close with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """A whole message or a control frame."""

    opcode: int
    data: bytes


class Reader:
    """Takes bytes as they come, gives whole messages; raises Violation."""

    __slots__ = ("_at", "_max_size", "_message", "_opcode", "_pieces", "_rest", "is_closing")

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._rest = b""
        #: How many pieces may come now, and when (``now``) that was reckoned.
        self._pieces, self._at = float(PIECES), 0.0
        #: Whether a close is all that is waited for, and every other frame is one too many.
        self.is_closing = False
        #: The parts of a fragmented message, and what kind of message it is.
        self._message = b""
        self._opcode = 0

    def feed(self, data: bytes, now: float = 0.0) -> list[Message]:
        """The messages that are complete with these bytes, the first BATCH of them.

        Where it gives as many there may be more: feed nothing to have them. ``now`` in seconds, by
        any clock that does not go back.
        """
        data = self._rest + data if self._rest else data
        found: list[Message] = []
        at = 0
        while len(found) < BATCH and (frame := self._frame(data, at)) is not None:
            fin, opcode, payload, at = frame
            if opcode > BINARY or not (fin and opcode) or self.is_closing:
                self._count_piece(now)
            message = self._whole(fin, opcode, payload)
            if message is not None:
                found.append(message)
                if message.opcode == CLOSE:
                    at = len(data)  # nothing after it counts
        self._rest = data[at:]
        return found

    def _frame(self, data: bytes, at: int) -> tuple[bool, int, bytes, int] | None:
        """The frame that begins here, and where the next one does; None when it is not whole."""
        if len(data) - at < 2:
            return None
        first, second = data[at], data[at + 1]
        opcode, size, start = first & 15, second & 127, at + 2
        if first & 0x70:
            raise Violation(PROTOCOL_ERROR, "reserved bits must be 0")
        if not second & 0x80:
            raise Violation(PROTOCOL_ERROR, "clients must mask their frames")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise Violation(PROTOCOL_ERROR, "control frames are short and whole")
        if size > 125:
            width = 2 if size == 126 else 8
            if len(data) - start < width:
                return None
            size = int.from_bytes(data[start : start + width])
            start += width
        if size + len(self._message) > self._max_size:
            raise Violation(TOO_BIG, f"over {self._max_size} bytes")
        end = start + 4 + size
        if len(data) < end:
            return None
        payload = apply_mask_in_c(data[start + 4 : end], data[start : start + 4])
        return bool(first & 0x80), opcode, payload, end

    def _count_piece(self, now: float) -> None:
        spare = self._pieces + (now - self._at) * PIECES_PER_SECOND
        self._pieces, self._at = min(PIECES, spare) - 1, now
        if self._pieces < 0:
            raise Violation(POLICY, "too many pings or fragments")

    def _whole(self, fin: bool, opcode: int, payload: bytes) -> Message | None:
        if opcode >= CLOSE:
            if opcode > PONG:
                raise Violation(PROTOCOL_ERROR, f"no such opcode: {opcode}")
            return Message(opcode, payload)
        if opcode > BINARY or (opcode == 0) != (self._opcode != 0):
            raise Violation(PROTOCOL_ERROR, "a message has one beginning")
        kind = opcode or self._opcode
        if not fin:
            self._opcode, self._message = kind, self._message + payload
            return None
        whole, self._message, self._opcode = self._message + payload, b"", 0
        return Message(kind, whole)


def close_code(payload: bytes) -> int:
    """The code in a close frame, NO_CODE where there is none; raises Violation."""
    if not payload:
        return NO_CODE
    if len(payload) == 1:
        raise Violation(PROTOCOL_ERROR, "half a close code")
    code = int.from_bytes(payload[:2])
    if code not in EXTERNAL_CLOSE_CODES and not 3000 <= code < 5000:
        raise Violation(PROTOCOL_ERROR, f"close code {code} is not to be sent")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise Violation(INVALID_DATA, "a reason that is not UTF-8") from None
    return code


def frame(opcode: int, payload: bytes) -> bytes:
    """An unmasked, unfragmented frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65_536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A close frame; a reason is cut to what fits."""
    if code == NO_CODE:
        return frame(CLOSE, b"")
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return frame(CLOSE, struct.pack("!H", code) + text)


def accept_key(key: bytes) -> bytes | None:
    """What answers a handshake's key; None for what is no key."""
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            return None
    except binascii.Error:
        return None
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())

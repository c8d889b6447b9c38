"""Frames: the JSON on the wire, its close codes, and what a client may send.

Life of an event:  save → signal → event → log → bus → hub → **consumer → browser**
Pure: text in, values out, and back. docs/protocol.md is checked against this module.
"""

import re
from contextlib import suppress
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import msgspec

from realtime.errors import InvalidFrame, InvalidJSON, RateLimited, RealtimeError, ResetReason
from realtime.events import CATALOGUE, Wire

PROTOCOL = 1

T = TypeVar("T", bound=msgspec.Struct)


class CloseCode(IntEnum):
    """Why a socket was closed; the hundreds tell the client what to do next."""

    # do not reconnect
    BAD_FRAMES = 4000
    NOT_AUTHENTICATED = 4001
    FORBIDDEN = 4003
    TOO_MANY_CONNECTIONS = 4009
    # reconnect with backoff
    INTERNAL = 4100
    RATE_LIMITED = 4103
    # reconnect at once, with the cursor
    DRAINING = 4200
    TOKEN_EXPIRED = 4202
    SLOW_CONSUMER = 4203
    IDLE = 4205


#: RFC 6455: the frame is larger than the server takes.
MESSAGE_TOO_BIG = 1009

REASONS: dict[int, str] = {
    CloseCode.BAD_FRAMES: "too many bad frames",
    CloseCode.NOT_AUTHENTICATED: "not authenticated",
    CloseCode.FORBIDDEN: "forbidden",
    CloseCode.TOO_MANY_CONNECTIONS: "too many connections",
    CloseCode.INTERNAL: "internal error",
    CloseCode.RATE_LIMITED: "rate limited",
    CloseCode.DRAINING: "draining",
    CloseCode.TOKEN_EXPIRED: "token expired",
    CloseCode.SLOW_CONSUMER: "slow consumer",
    CloseCode.IDLE: "idle",
}

#: Types that only the server may send, besides the events of the catalogue.
CONTROL = frozenset(
    {
        "ack",
        "auth:expiring",
        "bye",
        "connect",
        "error",
        "room:joined",
        "room:left",
        "sync:response",
    }
)


class Frame:
    """A frame to a client, encoded once however many sockets it goes to."""

    __slots__ = ("_text", "_wire", "cursor", "data")

    def __init__(self, data: bytes, cursor: str = "") -> None:
        self.data = data
        #: Of a durable event, its position; else empty.
        self.cursor = cursor
        self._text: str | None = None
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """The same as a WebSocket frame. A server masks none, so one serves every socket."""
        if self._wire is None:
            self._wire = text_header(len(self.data)) + self.data
        return self._wire

    @property
    def text(self) -> str:
        """The same as a string, which ASGI's ``send`` wants."""
        if self._text is None:
            self._text = self.data.decode()
        return self._text


def text_header(length: int) -> bytes:
    """What stands before an unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2)
    return b"\x81\x7f" + length.to_bytes(8)


class ClientFrame(msgspec.Struct, frozen=True):
    """A frame from a client; the payload is decoded by the command that it names."""

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    payload: msgspec.Raw = msgspec.Raw(b"{}")


class _OnlyId(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


RoomName = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
CursorText = Annotated[str, msgspec.Meta(max_length=64)]


class Auth(Wire, frozen=True, kw_only=True):
    """``auth``: who I am, and where I was."""

    token: Annotated[str, msgspec.Meta(max_length=8192)]
    cursor: CursorText | None = None
    rooms: Annotated[tuple[RoomName, ...], msgspec.Meta(max_length=200)] = ()


class RoomCommand(Wire, frozen=True, kw_only=True):
    """``room:join`` and ``room:leave``."""

    room: RoomName


class SyncRequest(Wire, frozen=True, kw_only=True):
    """``sync:request``: what came after this cursor."""

    cursor: CursorText
    rooms: Annotated[list[RoomName], msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 500


class Nothing(Wire, frozen=True, kw_only=True):
    """``heartbeat``: an empty payload."""


class SyncResponse(Wire, frozen=True, kw_only=True):
    """``sync:response``: a page of what a reader may see now, oldest first."""

    events: list[msgspec.Raw]
    cursor: str
    complete: bool
    reset: ResetReason | None
    unread_count: int
    online_users: list[str] | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> ClientFrame:
    """The frame in ``text``; raises InvalidJSON or InvalidFrame."""
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise InvalidFrame(f"frame: {error}") from None
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise InvalidJSON(f"not JSON: {what_is_wrong(text, error)}") from None
    except RecursionError:
        raise InvalidFrame("frame: nested too deep") from None


def readable_id(text: str) -> str | None:
    """The id of a frame that is otherwise invalid, so that its sender gets its answer."""
    for readable in (text, _HALF_CHARACTER.sub("?", text)):
        with suppress(msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return msgspec.json.decode(readable, type=_OnlyId).id
    return None


#: An escape that is one half of a surrogate pair, without the other.
_HALF_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def what_is_wrong(text: str, error: Exception) -> str:
    """Why a text is not JSON; the decoder has no words of its own for half a character."""
    half = _HALF_CHARACTER.search(text)
    return f"{half[0]} at {half.start()} is half a character" if half else str(error)


def decode_payload(frame: ClientFrame, kind: type[T]) -> T:
    """The frame's payload as its command wants it; InvalidFrame says where it is not so."""
    try:
        return msgspec.json.decode(frame.payload, type=kind)
    except msgspec.DecodeError as error:
        raise InvalidFrame(f"{frame.type} payload: {error}") from None
    except RecursionError:
        raise InvalidFrame(f"{frame.type} payload: nested too deep") from None


def is_server_only(kind: str) -> bool:
    """Whether frames of this type come from the server alone."""
    return kind in CONTROL or kind in CATALOGUE or kind.startswith("staff:")


def encode(kind: str, payload: Any, **members: Any) -> Frame:
    """A control frame; ``members`` (``id``, ``ts``, …) stand beside type and payload."""
    return Frame(_encoder.encode({"type": kind, **members, "payload": payload}))


def encode_error(error: RealtimeError, frame_id: str | None) -> Frame:
    """The ``error`` frame that answers frame ``frame_id``, or none in particular."""
    payload: dict[str, Any] = {"code": error.code, "message": error.message}
    if isinstance(error, RateLimited):
        payload["retryAfter"] = error.retry_after
    members = {} if frame_id is None else {"id": frame_id}
    return encode("error", payload, **members)

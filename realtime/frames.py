"""Frames: the JSON on the wire, its close codes, and what a client may send.

Life of an event:  save → signal → event → log → bus → hub → **consumer → browser**
Pure: text in, values out, and back. docs/protocol.md is checked against this module.
"""

import re
from contextlib import suppress
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import msgspec

from realtime.control import CONTROL, FrameError, Position, RoomName
from realtime.errors import InvalidFrame, InvalidJSON, RateLimited, RealtimeError
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
    MESSAGE_TOO_BIG: "frame too large",
}

_STOP, _BACKOFF = "do not reconnect", "reconnect with backoff"
_AT_ONCE = "reconnect at once, with the cursor"
#: What a client is to do after each.
ADVICE: dict[int, str] = {
    CloseCode.BAD_FRAMES: _STOP,
    CloseCode.NOT_AUTHENTICATED: f"{_STOP}; log in",
    CloseCode.FORBIDDEN: _STOP,
    CloseCode.TOO_MANY_CONNECTIONS: _STOP,
    CloseCode.INTERNAL: _BACKOFF,
    CloseCode.RATE_LIMITED: _BACKOFF,
    CloseCode.DRAINING: f"{_AT_ONCE}, after a random wait up to `retryAfter`",
    CloseCode.TOKEN_EXPIRED: "fetch a fresh token, then reconnect with the cursor",
    CloseCode.SLOW_CONSUMER: _AT_ONCE,
    CloseCode.IDLE: _AT_ONCE,
    MESSAGE_TOO_BIG: "send less: the limit is 65,536 bytes",
}


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


AnyRoom = Annotated[RoomName, msgspec.Meta(min_length=1, max_length=256)]
AnyCursor = Annotated[Position, msgspec.Meta(max_length=64)]


class Auth(Wire, frozen=True, kw_only=True):
    """Who I am, and where I was; the first time `connect` follows."""

    #: An access token.
    token: Annotated[str, msgspec.Meta(max_length=8192, examples=["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])]
    #: Go on from here; read the first time alone, as ``rooms``.
    cursor: AnyCursor | None = None
    rooms: Annotated[tuple[AnyRoom, ...], msgspec.Meta(max_length=200)] = ()


class RoomCommand(Wire, frozen=True, kw_only=True):
    """A room, by its name."""

    room: AnyRoom


class SyncRequest(Wire, frozen=True, kw_only=True):
    """What came after this cursor?"""

    cursor: AnyCursor
    #: Of these alone; else of all that the socket is in.
    rooms: Annotated[list[AnyRoom], msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 500


class Nothing(Wire, frozen=True, kw_only=True):
    """I am alive. It is answered only with an `id`."""


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
    wait = error.retry_after if isinstance(error, RateLimited) else msgspec.UNSET
    members = {} if frame_id is None else {"id": frame_id}
    payload = FrameError(code=error.code, message=error.message, retry_after=wait)
    return encode("error", payload, **members)

"""Everything that can be wrong, as one tree. A client sees a code and a message, never a traceback.

RealtimeError
├── InvalidFrame        the frame or its payload is not what the protocol says
│   ├── InvalidJSON     it is not JSON at all
│   ├── UnknownType     its type is none that a client may send
│   └── ServerOnly      its type is one that only the server may send
├── Unauthenticated     no identity, or one that does not hold
│   └── Expired         genuine, but past its time
├── Forbidden           known, but not allowed
│   └── Suspended       the account is suspended
├── NotFound            not there, or the reader may not know that it is
├── UnknownRoom         no room of that kind or id
├── TooManyRooms        more rooms joined by command than one socket may have
├── RateLimited         too much, too fast
└── PositionLost        the log no longer holds what follows a cursor
"""

from typing import ClassVar, Literal

ResetReason = Literal["epoch", "ahead", "trimmed", "too_far"]


class RealtimeError(Exception):
    """The base of all errors that a client may be told of; ``message`` says what and where."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidFrame(RealtimeError):
    """The frame or its payload is not what the protocol says."""

    code = "invalid_frame"


class InvalidJSON(InvalidFrame):
    """The frame is not JSON in UTF-8."""

    code = "invalid_json"


class UnknownType(InvalidFrame):
    """The frame's type is none that a client may send."""

    code = "unknown_type"


class ServerOnly(InvalidFrame):
    """The frame's type is one that only the server may send."""

    code = "server_only"


class Unauthenticated(RealtimeError):
    """There is no identity, or it does not hold."""

    code = "unauthenticated"


class Expired(Unauthenticated):
    """The identity is genuine, but past its time."""


class Forbidden(RealtimeError):
    """The reader is known, but not allowed."""

    code = "forbidden"


class Suspended(Forbidden):
    """The account is suspended, banned or deactivated."""

    code = "suspended"


class NotFound(RealtimeError):
    """It is not there, or the reader may not know that it is."""

    code = "not_found"


class UnknownRoom(RealtimeError):
    """There is no room of that kind or id."""

    code = "unknown_room"


class TooManyRooms(RealtimeError):
    """More rooms joined by command than one socket may have."""

    code = "too_many_rooms"


class RateLimited(RealtimeError):
    """Too much, too fast; ``retry_after`` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PositionLost(RealtimeError):
    """The log no longer holds what follows a cursor; the reader must fetch afresh."""

    code = "reset"

    def __init__(self, reason: ResetReason) -> None:
        super().__init__(f"the log does not hold what follows this cursor: {reason}")
        self.reason: ResetReason = reason

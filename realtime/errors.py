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
#: What each means.
RESETS: dict[ResetReason, str] = {
    "epoch": "this is another log: it was lost or restored",
    "ahead": "the cursor is ahead of the log",
    "trimmed": "what follows it is too old to be kept",
    "too_far": "more than 10,000 entries have come since",
}


class RealtimeError(Exception):
    """Our fault.

    Also the base of all errors that a client may be told of; ``message`` says what and where. The
    first paragraph of each is what clients read about its code.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidFrame(RealtimeError):
    """It is JSON and not what the protocol says; ``message`` says where.

    Also a cursor that cannot be read.
    """

    code = "invalid_frame"


class InvalidJSON(InvalidFrame):
    """The frame is not JSON."""

    code = "invalid_json"


class UnknownType(InvalidFrame):
    """There is no command of this type."""

    code = "unknown_type"


class ServerOnly(InvalidFrame):
    """Only the server may send this type."""

    code = "server_only"


class Unauthenticated(RealtimeError):
    """No identity yet, or one that does not hold."""

    code = "unauthenticated"


class Expired(Unauthenticated):
    """The identity is genuine, but past its time."""


class Forbidden(RealtimeError):
    """Known, but not allowed."""

    code = "forbidden"


class Suspended(Forbidden):
    """The account is suspended, banned or deactivated."""

    code = "suspended"


class NotFound(RealtimeError):
    """Not there, or not for you to know of."""

    code = "not_found"


class UnknownRoom(RealtimeError):
    """No such room, or not for you to know of."""

    code = "unknown_room"


class TooManyRooms(RealtimeError):
    """More than 200 joined by command."""

    code = "too_many_rooms"


class RateLimited(RealtimeError):
    """Too much; try again after ``retryAfter`` seconds."""

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


def codes() -> dict[str, type[RealtimeError]]:
    """Every code that an ``error`` frame may bear, with the error that it is first of."""
    found: dict[str, type[RealtimeError]] = {}
    waiting: list[type[RealtimeError]] = [RealtimeError]
    while waiting:
        error = waiting.pop()
        found.setdefault(error.code, error)
        waiting += reversed(error.__subclasses__())
    del found[PositionLost.code]  # told by `reset`, never as an error
    found[RealtimeError.code] = found.pop(RealtimeError.code)  # what is our fault comes last
    return found

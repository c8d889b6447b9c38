"""What can go wrong, as one tree. A lost connection is no error: the client comes back.

RealtimeClientError
├── Closed         the server said no for good, or the client was closed
├── CommandError   the server refused a command
└── Disconnected   the connection went before the answer came: nobody knows whether it was done
"""


class RealtimeClientError(Exception):
    """The base of them."""


class Closed(RealtimeClientError):
    """It does not come back; ``code`` is the close code, or the HTTP status of the handshake."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code


class CommandError(RealtimeClientError):
    """The server refused a command; ``code`` is one of the protocol's."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        #: Seconds after which it is worth trying again, where the server said so.
        self.retry_after = retry_after


class Disconnected(RealtimeClientError):
    """The connection went before the answer to a command came."""

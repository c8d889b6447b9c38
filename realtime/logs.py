"""What a line of the process's own log is: JSON for machines, or text for people in development.

One line for each record. Beside its message stands what is known of the work at hand: request,
user, connection, and where there is one the event and its seq. What never stands there: passwords,
tokens, cookies and query strings, nor a line break that somebody else sent.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec
from pythonjsonlogger.json import JsonFormatter

#: What a record may say of itself (``extra=``), and no more: a request, say, holds its cookies.
MEMBERS = (
    "request",
    "user",
    "connection",
    "event",
    "seq",
    "transport",
    "method",
    "path",
    "status",
    "code",
    "seconds",
    "frames",
    "client",
)
#: Characters of a message, and of what stands beside it.
LONGEST_TEXT = 4_096
LONGEST_TRACEBACK = 32_768
HIDDEN = "***"

#: Where none of these is, there is no secret: most texts are looked at no further.
_HINTS = (
    "passw", "secret", "token", "credential", "api", "session", "csrf",
    "authorization", "cookie", "bearer", "basic", "eyj", "://", "?",
)  # fmt: skip
_NAME = (
    r"(?:password|passwd|secret|token|credential|api_?key|sessionid|session_key|csrf)[\w-]{0,40}"
)
_VALUE = r"""b?(?:"[^"]*"?|'[^']*'?|[^\s"',;&)}\]]+)"""
#: What is secret in a text, and what takes its place. Each looks at a character a few times at
#: most, whatever the text: one that a client sends must not hold up the event loop.
SECRETS = (
    # To the end of the line, or of the string that it is in.
    (
        re.compile(
            r"""(?i)\b(authorization|cookie)(["']?\s{0,4}[:=]|["'],)\s{0,4}b?["']?[^"'\r\n]*"""
        ),
        r"\1\2 ***",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s{1,4}[\w.~+/=-]{6,}"), r"\1 ***"),
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (
        re.compile(rf"""(?i)({_NAME}["']?\s{{0,4}}[:=]\s{{0,4}}|{_NAME}["'],\s{{0,4}}){_VALUE}"""),
        r"\1***",
    ),
    (re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+@"), r"\1***@"),
    (re.compile(r"\?[\w.%\[\]-]+=[^\s\"'<>)\]]*"), "?***"),
)

_encode = msgspec.json.Encoder(enc_hook=str).encode
_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


def begin(**known: Any) -> None:
    """From here on the lines of this task, and of those that it starts, say this."""
    _context.set(known)


def note(**known: Any) -> None:
    """Add what has become known to the lines of the work at hand, for all its tasks."""
    if (context := _context.get()) is not None:
        context.update(known)


def current() -> dict[str, Any] | None:
    """What the lines say now, to be handed to a thread."""
    return _context.get()


@contextmanager
def within(context: dict[str, Any] | None) -> Iterator[None]:
    """What the lines say in here: that of another task or thread."""
    token = _context.set(context)
    try:
        yield
    finally:
        _context.reset(token)


def members(record: logging.LogRecord) -> dict[str, Any]:
    """What stands beside a record's message; its own word goes before that of its task."""
    return {
        name: value if isinstance(value, int | float) else clean(str(value))
        for name, value in _members(record).items()
    }


def _members(record: logging.LogRecord) -> dict[str, Any]:
    known: Mapping[str, Any] = record.__dict__
    around = _context.get() or {}
    found = {name: known.get(name, around.get(name)) for name in MEMBERS}
    return {name: value for name, value in found.items() if value is not None}


def clean(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """The text without secrets, without what breaks or hides a line, and not endless."""
    text = text[:longest]
    if _may_hold_a_secret(text):
        for pattern, instead in SECRETS:
            text = pattern.sub(instead, text)
    return _printable(text)


def _may_hold_a_secret(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _head(record: logging.LogRecord) -> dict[str, Any]:
    return {
        "time": _moment(record),
        "level": record.levelname,
        "logger": record.name,
        "process": record.process,
    }


def _traceback(text: str) -> list[str]:
    """Its lines; the last ones where there are too many, for they say what happened."""
    return [clean(line) for line in text[-LONGEST_TRACEBACK:].splitlines()]


class InALine(logging.Filter):
    """Takes the traceback from what Django says of a client's doing: a host, an address, a form.

    Nobody has to mend that, and a stranger could fill the log with it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


class JsonLines(JsonFormatter):
    """A record as one line of JSON, all of it ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Most lines have nothing to hide or to escape, which one look at the whole shows.

        A socket's begin and end are such lines, and they took a tenth of what it costs to come.
        """
        if not (record.exc_info or record.exc_text or record.stack_info):
            told = _head(record) | {"message": record.getMessage()} | _members(record)
            line = _encode(told).decode()
            is_plain = line.isascii() and line.isprintable() and "\\" not in line
            if is_plain and len(line) <= LONGEST_TEXT and not _may_hold_a_secret(line):
                return line
        return str(super().format(record))

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        log_data.update(_head(record))
        log_data["message"] = clean(record.getMessage())
        log_data.update(members(record))
        for name in ("exc_info", "stack_info"):
            if message_dict.get(name):
                log_data["traceback"] = "\n".join(_traceback(str(message_dict[name])))


class Text(logging.Formatter):
    """A record as a line for people; a traceback stands indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = {} if record.name == "realtime.access" else members(record)
        beside = "".join(f" {name}={value}" for name, value in told.items())
        message = clean(record.getMessage())
        lines = [f"{_moment(record)} {record.levelname} {record.name}: {message}{beside}"]
        if record.exc_info:
            lines += _traceback(self.formatException(record.exc_info))
        if record.stack_info:
            lines += _traceback(record.stack_info)
        return "\n    ".join(lines)

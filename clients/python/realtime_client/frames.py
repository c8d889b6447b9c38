"""What came: one frame, as the protocol has it.

Pure.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """An event, or something that the client says by itself (``connect``, ``reset``)."""

    type: str
    payload: dict[str, Any]
    #: Place in the log, None for what is told once.
    seq: int | None = None
    #: Give this to a new client, and it goes on behind this frame.
    cursor: str | None = None
    rooms: tuple[str, ...] = ()
    #: ISO 8601, UTC.
    ts: str | None = None
    #: The ``Idempotency-Key`` of the write that caused it.
    op: str | None = None
    #: Of an answer, what it answers.
    id: str | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Frame":
        """A frame from its decoded JSON; members that are not known are left out."""
        return cls(
            type=data["type"],
            payload=data["payload"],
            seq=int(data["seq"]) if "seq" in data else None,
            cursor=data.get("cursor"),
            rooms=tuple(data.get("rooms", ())),
            ts=data.get("ts"),
            op=data.get("op"),
            id=data.get("id"),
        )


def encode(kind: str, payload: dict[str, Any], frame_id: str | None = None) -> str:
    """A frame to be sent."""
    frame: dict[str, Any] = {"type": kind, "payload": payload}
    if frame_id is not None:
        frame["id"] = frame_id
    return json.dumps(frame, separators=(",", ":"))

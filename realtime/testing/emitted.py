"""What a piece of code publishes, read from the log where it wrote it.

Life of an event:  save → signal → event → **log** → bus → hub → consumer → browser
An event is in the log with the row that it tells of, in the same transaction. So this needs no
commit: it works in ``TestCase``, which rolls all back, and what was rolled back inside was never
emitted. Ephemeral events are in no log: expect them of a client.
"""

import json
from types import TracebackType
from typing import Any, NamedTuple, Self

from asgiref.sync import sync_to_async

from realtime import log
from realtime.models import LogEntry
from realtime.testing.matching import described, matches


class Emitted(NamedTuple):
    """A durable event as it is in the log."""

    type: str
    rooms: tuple[str, ...]
    payload: dict[str, Any]
    #: Rooms whose members do not get it, and the users whom it concerns (see ``Audience``).
    except_rooms: tuple[str, ...]
    people: tuple[str, ...]
    subjects: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.type} to {', '.join(self.rooms) or 'nobody'}: {json.dumps(self.payload)}"


class _Watch:
    """Reads what the log gets between its beginning and its end; ``events`` afterwards."""

    def __init__(self, kind: str | None, room: str | None, payload: dict[str, Any] | None) -> None:
        self._kind, self._room, self._payload = kind, room, payload
        self._before = 0
        #: All that was emitted inside, oldest first.
        self.events: list[Emitted] = []

    def __enter__(self) -> Self:
        self._before = _newest()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if error is None:  # else it is the failure, and what is missing follows from it
            self.events = _since(self._before)
            self._judge([one for one in self.events if self._is_meant(one)])

    async def __aenter__(self) -> Self:
        return await sync_to_async(self.__enter__)()

    async def __aexit__(self, *failure: Any) -> None:
        await sync_to_async(self.__exit__)(*failure)

    def _is_meant(self, event: Emitted) -> bool:
        return (
            self._kind in (None, event.type)
            and (self._room is None or self._room in event.rooms)
            and matches(self._payload or {}, event.payload)
        )

    def _judge(self, found: list[Emitted]) -> None:
        """Raise AssertionError where these are not what was to be emitted."""

    def _fail(self, what: str) -> None:
        seen = "".join(f"\n  {one}" for one in self.events) or " nothing"
        wanted = described(self._kind, self._room, self._payload)
        raise AssertionError(f"{wanted} {what}; emitted:{seen}")


class assert_emits(_Watch):
    """Fail unless what is done inside emits this event, in this room, and so often.

    Of ``payload`` only the keys that are named count, as clients see them (camelCase). Use it with
    ``with`` or ``async with``; ``as emitted`` gives all that was emitted, in ``emitted.events``.
    """

    def __init__(
        self,
        kind: str,
        *,
        room: str | None = None,
        payload: dict[str, Any] | None = None,
        times: int = 1,
    ) -> None:
        super().__init__(kind, room, payload)
        self._times = times

    def _judge(self, found: list[Emitted]) -> None:
        if len(found) != self._times:
            self._fail(f"was emitted {len(found)} times, not {self._times}")


class assert_emits_nothing(_Watch):
    """Fail when what is done inside emits anything, or anything of this type or in this room."""

    def __init__(self, kind: str | None = None, *, room: str | None = None) -> None:
        super().__init__(kind, room, None)

    def _judge(self, found: list[Emitted]) -> None:
        if found:
            self._fail("was not to be emitted")


def _newest() -> int:
    return LogEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _since(entry_id: int) -> list[Emitted]:
    """The events behind this entry, without what only changes rights."""
    entries = LogEntry.objects.filter(id__gt=entry_id).exclude(type="").order_by("id")
    return [_emitted(entry) for entry in entries]


def _emitted(entry: LogEntry) -> Emitted:
    record = log.decode(entry.body)
    return Emitted(
        type=entry.type,
        rooms=record.rooms,
        payload=json.loads(bytes(record.payload)),
        except_rooms=record.except_rooms,
        people=record.people,
        subjects=record.subjects,
    )

"""The source: every frame that can be on a socket, who sends it, and what it bears."""

import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.urls import URLPattern

from realtime.commands import AT_ONCE, ENGINE, Command, Question
from realtime.consumers import RealtimeConsumer
from realtime.control import CONTROL, Connect, Heartbeat
from realtime.events import CATALOGUE, Event, Wire
from realtime.registry import registry
from realtime.rooms import RoomKind

Kind = Literal["event", "control", "ack", "command"]


@dataclass(frozen=True)
class Message:
    """A type of frame, and the payload that it bears."""

    kind: Kind
    type: str
    payload: Any
    #: What it says or does, in Markdown; the first paragraph alone tells enough.
    text: str
    #: Members beside ``type`` and ``payload`` that are always there, and those that may be.
    members: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    #: Of a command, the key of what answers it; of an event, the rooms that it goes to.
    answer: str = ""
    rooms: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name among all: one type may be an event and a command."""
        return f"{self.kind}.{self.type}".replace(":", ".")

    @property
    def is_from_server(self) -> bool:
        return self.kind != "command"

    @property
    def is_durable(self) -> bool:
        return "seq" in self.members


@dataclass(frozen=True)
class Socket:
    """A path that takes sockets, and what is on them."""

    path: str
    text: str
    #: Keys of messages.
    messages: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Contract:
    """Everything that clients are told of."""

    #: By key: events, control frames, then each command with its ack.
    messages: Mapping[str, Message]
    rooms: Collection[RoomKind]
    sockets: Collection[Socket]

    @classmethod
    def of(cls, routes: Iterable[URLPattern]) -> "Contract":
        """Of the installed apps, and of the sockets that these URL patterns lead to."""
        consumers = dict(_consumers(routes))
        commands = {**AT_ONCE, **ENGINE}
        for consumer in consumers.values():
            commands |= consumer.commands
        messages = {message.key: message for message in _messages(commands)}
        return cls(
            messages=messages,
            rooms=tuple(registry.rooms.values()),
            sockets=tuple(
                Socket(path, _text(consumer), tuple(_carried(consumer, messages.values())))
                for path, consumer in consumers.items()
            ),
        )

    def of_kind(self, *kinds: Kind) -> list[Message]:
        return [message for message in self.messages.values() if message.kind in kinds]

    def payloads(self) -> list[Any]:
        """The types of all payloads."""
        return [message.payload for message in self.messages.values()]


def installed_events() -> dict[str, type[Event]]:
    """Those of the catalogue that belong to an installed app."""
    owners = {
        kind: apps.get_containing_app_config(event.__module__) for kind, event in CATALOGUE.items()
    }
    # In the order of the apps, whichever was imported first; the engine's own behind them.
    engine = apps.get_app_config("realtime")
    others = (app for app in apps.get_app_configs() if app is not engine)
    return {
        kind: CATALOGUE[kind]
        for app in (*others, engine)
        for kind, owner in owners.items()
        if owner is app
    }


def _consumers(routes: Iterable[URLPattern]) -> Iterator[tuple[str, type[RealtimeConsumer]]]:
    for route in routes:
        consumer = getattr(route.callback, "consumer_class", None)
        if isinstance(consumer, type) and issubclass(consumer, RealtimeConsumer):
            yield "/" + str(route.pattern).strip("^$").replace("/?", "/"), consumer


def _messages(commands: Mapping[str, Question]) -> Iterator[Message]:
    for kind, event in installed_events().items():
        yield _event(kind, event)
    for kind, payload in CONTROL.items():
        if kind != "ack":  # which stands with its command
            yield _control(kind, payload)
    yield _control("heartbeat", Heartbeat)  # which clients may send too
    for kind, command in commands.items():
        yield from _command(kind, command)


def _event(kind: str, event: type[Event]) -> Message:
    return Message(
        kind="event",
        type=kind,
        payload=event,
        text=_text(event),
        members=("seq", "cursor", "rooms", "ts") if event.durable else ("rooms", "ts"),
        optional=("op",) if event.durable else (),
        rooms=event.sent_to,
    )


def _control(kind: str, payload: type[Wire]) -> Message:
    answers = {"error", "heartbeat", "sync:response"}
    return Message(
        kind="control",
        type=kind,
        payload=Connect[registry.user] if payload is Connect else payload,  # type: ignore[name-defined]
        text=_text(payload),
        optional=("id", "ts") if kind in answers else ("ts",),
    )


def _command(kind: str, command: Question) -> Iterator[Message]:
    by_itself = {payload: f"control.{name}".replace(":", ".") for name, payload in _OWN.items()}
    ack = Message(
        kind="ack",
        type=kind,
        payload=command.answer,
        text=_text(command.answer),
        members=("id",),
    )
    yield Message(
        kind="command",
        type=kind,
        payload=command.payload,
        text=_text(command.handle if isinstance(command, Command) else command.payload),
        optional=("id",),
        answer=by_itself.get(command.answer, ack.key),
    )
    if command.answer not in by_itself:
        yield ack


#: Control frames that answer in place of an ack.
_OWN: dict[str, type[Wire]] = {
    "sync:response": CONTROL["sync:response"],
    "heartbeat": Heartbeat,
}


def _carried(consumer: type[RealtimeConsumer], messages: Iterable[Message]) -> Iterator[str]:
    """The keys of what is on the sockets of a consumer."""
    kinds = registry.rooms if consumer.kinds is None else consumer.kinds
    commands = {**AT_ONCE, **ENGINE, **consumer.commands}
    for message in messages:
        if message.kind == "event":
            goes_here = any(room.partition(":")[0] in kinds for room in message.rooms)
            if goes_here and (consumer.durable or not message.is_durable):
                yield message.key
        elif message.kind == "control" or message.type in commands:
            yield message.key


def _text(documented: Any) -> str:
    """A docstring, as Markdown."""
    return (inspect.getdoc(documented) or "").replace("``", "`")

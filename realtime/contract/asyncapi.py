"""The AsyncAPI 3.0 document: channels, operations, messages.

In its words the application is the server: it sends events, and receives commands.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings

from realtime import errors
from realtime.contract import schemas
from realtime.contract.schemas import Schema
from realtime.contract.source import Contract, Message, Socket
from realtime.contract.tables import meaning
from realtime.frames import ADVICE, PROTOCOL, REASONS
from realtime.rest.codes import MEANING, STATUS

STREAM = "/api/realtime/stream"
_RESUMING: Schema = {
    "type": "object",
    "properties": {
        "cursor": {"type": "string", "description": "Go on from here."},
        "rooms": {"type": "string", "description": "Rooms to join, separated by commas."},
    },
}


@cache
def document(contract: Contract) -> Schema:
    """The whole document but for ``servers``, which each request knows best."""
    components = schemas.of_contract(contract)
    channels = {_name(one.path): _socket(one) for one in contract.sockets}
    channels["stream"] = _stream(contract)
    operations: Schema = {}
    for socket in contract.sockets:
        operations |= _operations(_name(socket.path), socket.messages, contract)
    operations |= _operations("stream", channels["stream"]["messages"], contract)
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "httpApiKey", "in": "cookie", "name": "sessionid"},
            },
            "messages": {key: _message(one, components) for key, one in contract.messages.items()},
            "schemas": _draft_7(components),
        },
        "x-rooms": [
            {"room": one.pattern, "whoMayJoin": one.who, "joinedAtConnect": one.joined}
            for one in contract.rooms
        ],
        "x-error-codes": {code: meaning(error) for code, error in errors.codes().items()},
        "x-rest-error-codes": {
            code: {"status": status, "meaning": MEANING.get(code, code.replace("_", " "))}
            for code, status in STATUS.items()
        },
        "x-close-codes": [
            {"code": code, "reason": REASONS[code], "do": do} for code, do in ADVICE.items()
        ],
    }


def servers(host: str, *, is_secure: bool) -> Schema:
    """Where it is served, as who asks sees it."""
    security = [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("bearer", "session")]
    s = "s" if is_secure else ""
    return {
        name: {"host": host, "protocol": protocol + s, "security": security}
        for name, protocol in (("sockets", "ws"), ("stream", "http"))
    }


def _info() -> Schema:
    about = getattr(settings, "SPECTACULAR_SETTINGS", {})
    return {
        "title": f"{about.get('TITLE', 'Realtime')}: live",
        "version": str(PROTOCOL),
        "description": "What goes over a socket and comes by a stream. "
        "How it is used is told in docs/protocol.md; REST has a description of its own.",
    }


def _name(path: str) -> str:
    """``posts`` for ``/ws/posts/``; the one that carries everything is ``all``."""
    return path.strip("/").partition("/")[2] or "all"


def _socket(socket: Socket) -> Schema:
    return {
        "address": socket.path,
        "description": socket.text,
        "servers": [{"$ref": "#/servers/sockets"}],
        "messages": _references(socket.messages),
        "bindings": {"ws": {"method": "GET", "query": _RESUMING, "bindingVersion": "0.1.0"}},
    }


def _stream(contract: Contract) -> Schema:
    told = [one.key for one in contract.of_kind("event")]
    told += ["control.room.joined", "control.room.left"]
    return {
        "address": STREAM,
        "description": "The same events by Server-Sent Events, for who gets no socket through: "
        "`data` is the frame, `id` the cursor of a durable one.",
        "servers": [{"$ref": "#/servers/stream"}],
        "messages": _references(told),
    }


def _references(keys: Iterable[str]) -> Schema:
    return {key: {"$ref": f"#/components/messages/{key}"} for key in keys}


def _operations(channel: str, keys: Iterable[str], contract: Contract) -> Schema:
    """What the server sends unasked, and each command with its answer."""
    here = {"$ref": f"#/channels/{channel}"}
    messages = [contract.messages[key] for key in keys]
    commands = {
        f"{channel}.{one.key}": {
            "action": "receive",
            "channel": here,
            "summary": one.text,
            "messages": [_in(channel, one.key)],
            "reply": {"channel": here, "messages": [_in(channel, one.answer)]},
        }
        for one in messages
        if one.kind == "command"
    }
    told = [_in(channel, one.key) for one in messages if one.kind in ("event", "control")]
    send = {"action": "send", "channel": here, "summary": "What happens.", "messages": told}
    return {f"{channel}.events": send, **commands}


def _in(channel: str, key: str) -> Schema:
    return {"$ref": f"#/channels/{channel}/messages/{key}"}


def _message(message: Message, components: dict[str, Schema]) -> Schema:
    """Its frame, with an example."""
    payload = schemas.frame(message, components)
    made: Schema = {
        "name": "ack" if message.kind == "ack" else message.type,
        "summary": message.text.partition("\n\n")[0],
        "payload": _draft_7(payload),
        "examples": [{"payload": schemas.example(payload, components)}],
    }
    if message.rooms:
        made |= {"x-rooms": message.rooms, "x-durable": message.is_durable}
    return made


def _draft_7(schema: Any) -> Any:
    """As AsyncAPI's own dialect has it: tuples are lists of ``items``."""
    if isinstance(schema, list):
        return [_draft_7(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _draft_7(value) for key, value in schema.items() if key != "prefixItems"}
    if "prefixItems" in schema:
        made |= {"items": _draft_7(schema["prefixItems"]), "additionalItems": False}
    return made

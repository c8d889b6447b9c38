"""TypeScript types of what is on the wire: one file for the engine's client, one for the site's.

The first is shipped with the client and knows no app. The second is handed to it:
``new RealtimeClient<Site>(…)`` then knows each event's payload and each command's answer.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_origin

from realtime.contract import schemas
from realtime.contract.schemas import Schema
from realtime.contract.source import Contract, Message
from realtime.events import Wire

_HEAD = """\
/**
 * {what}
 *
 * Written by `manage.py protocol` from the classes of the server: change those, not this.
 */
"""
_ANY_SITE = """\
/** What a site adds; its own types take the place of this. */
export interface AnySite {
  events: { [type: string]: any };
  commands: { [type: string]: { payload: any; answer: any } };
  room: string;
  user: any;
}

/** Under `"*"` a client tells of every frame. */
export type AnyFrame = { "*": any };
"""


def of_engine(contract: Contract) -> str:
    """The control frames, the engine's own commands, errors and close codes."""
    control = contract.of_kind("control")
    commands = _commands(contract, of_engine=True)
    names = _names_within([*control, *commands], contract, of_engine=True)
    components = schemas.of_contract(contract)
    # Whoever the user is: a site says what one looks like.
    components["Connect"]["properties"]["user"] = {"tsType": "User"}
    parts = [
        _HEAD.format(what="What the server says of itself, and what it can be asked for."),
        _ANY_SITE,
        *_declared({"Frame", "ErrorCode", "CloseCode", *names}, components, {"Connect": "<User>"}),
        _map(
            "ControlFrames<User>",
            "Payloads of frames that are no events, by their type.",
            {one.type: _type_name(one) + ("<User>" * (one.type == "connect")) for one in control},
        ),
        _command_table("EngineCommands", "Every socket takes these.", commands, contract),
    ]
    return "\n".join(parts)


def of_site(contract: Contract) -> str:
    """The events, commands, rooms and objects of the installed apps."""
    events = contract.of_kind("event")
    commands = _commands(contract, of_engine=False)
    names = _names_within([*events, *commands], contract, of_engine=False)
    components = schemas.of_contract(contract)
    user = components["Connect"]["properties"]["user"]
    rooms = " | ".join(
        f"`{room.name}:${{string}}`" if room.keyed else f'"{room.name}"' for room in contract.rooms
    )
    parts = [
        _HEAD.format(what="What this site sends, and what it can be asked for."),
        *_declared(names, components),
        f"/** Names of rooms. */\nexport type Room = {rooms};\n",
        _map(
            "Events", "Payloads of events, by their type.", {e.type: _type_name(e) for e in events}
        ),
        _command_table("Commands", "What this site's sockets take.", commands, contract),
        _map(
            "Site",
            "For the client: `new RealtimeClient<Site>(…)`.",
            {"events": "Events", "commands": "Commands", "room": "Room", "user": typed(user)},
        ),
    ]
    return "\n".join(parts)


def typed(schema: Schema) -> str:
    """The type of one schema."""
    if "tsType" in schema:
        return str(schema["tsType"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " | ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(typed(one) for one in schema["anyOf"])
    return _plain(schema)


def _plain(schema: Schema) -> str:
    match schema.get("type"):
        case "object":
            return f"{{ [name: string]: {typed(schema.get('additionalProperties') or {})} }}"
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(typed(one) for one in schema['prefixItems'])}]"
        case "array":
            item = typed(schema["items"])
            return f"({item})[]" if " " in item else f"{item}[]"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null":
            return str(schema["type"])
    return "any"


def _declared(
    names: Iterable[str], components: Mapping[str, Schema], generic: Mapping[str, str] | None = None
) -> Iterable[str]:
    for name in sorted(names):
        schema = components[name]
        if "properties" in schema or schema.get("type") == "object":
            yield _object(name + (generic or {}).get(name, ""), schema)
        else:
            yield f"{_comment(schema)}export type {name} = {typed(schema)};\n"


def _object(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    lines = "".join(
        f"{_comment(field, '  ')}  {key}{'' if key in required else '?'}: {typed(field)};\n"
        for key, field in schema.get("properties", {}).items()
    )
    return f"{_comment(schema)}export interface {name} {{\n{lines}}}\n"


def _map(name: str, text: str, members: Mapping[str, str]) -> str:
    lines = "".join(f"  {json.dumps(key)}: {value};\n" for key, value in members.items())
    # No interface: those do not pass for what has any names, as the client wants it.
    return f"/** {text} */\nexport type {name} = {{\n{lines}}};\n"


def _command_table(name: str, text: str, commands: list[Message], contract: Contract) -> str:
    pairs = {
        one.type: f"{{ payload: {_type_name(one)}; "
        f"answer: {_type_name(contract.messages[one.answer])} }}"
        for one in commands
    }
    return _map(name, text, pairs)


def _comment(schema: Schema, indent: str = "") -> str:
    text = schema.get("description", "")
    if not text:
        return ""
    if "\n" not in text:
        return f"{indent}/** {text} */\n"
    lines = "".join(f"{indent} * {line}".rstrip() + "\n" for line in text.splitlines())
    return f"{indent}/**\n{lines}{indent} */\n"


def _commands(contract: Contract, *, of_engine: bool) -> list[Message]:
    return [one for one in contract.of_kind("command") if _is_engines(one.payload) == of_engine]


def _type_name(message: Message) -> str:
    return str((get_origin(message.payload) or message.payload).__name__)


def _names_within(messages: list[Message], contract: Contract, *, of_engine: bool) -> set[str]:
    """What the types of some messages are made of.

    The engine's file has what is its own alone, the site's all that its types need.
    """
    answers = [contract.messages[one.answer] for one in messages if one.answer]
    found = schemas.structs([one.payload for one in (*messages, *answers)])
    own = (one for one in found if not of_engine or _is_engines(one))
    return {one.__name__ for one in own if one is not Wire}


def _is_engines(cls: Any) -> bool:
    return str((get_origin(cls) or cls).__module__).startswith("realtime.")

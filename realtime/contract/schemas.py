"""Payloads as JSON Schemas, read off their classes, and an example of each.

A class's docstring becomes its description, and so does the ``#:`` comment above a field: what
developers read in the code is what clients read in the description.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from realtime.contract.source import Contract, Message
from realtime.control import Members
from realtime.errors import codes
from realtime.frames import ADVICE, CloseCode

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
_FIELD = re.compile(r"((?:^ +#: .*\n)+) +(\w+):", re.MULTILINE)


def described(types: Iterable[Any]) -> dict[str, Schema]:
    """The components that some types need, by name."""
    types = list(types)
    _, found = msgspec.json.schema_components(types, ref_template=REF)
    classes = {cls.__name__: cls for cls in structs(types)}
    return {
        plain: commented(tidy(schema), classes.get(plain))
        for name, schema in found.items()
        # A generic one is called by its own name alone: ``Connect``, not ``Connect_User_``.
        for plain in (name.partition("_")[0],)
    }


def of_contract(contract: Contract) -> dict[str, Schema]:
    """The components of everything that is on a socket."""
    found = described([*contract.payloads(), Members])
    found["ErrorCode"] = {
        "type": "string",
        "enum": sorted(codes()),
        "description": "What was wrong with a frame, or with what it asked for.",
    }
    found["CloseCode"] = {
        "type": "integer",
        "enum": sorted({*map(int, CloseCode), *ADVICE}),
        "description": "Why a socket was closed; the hundreds tell the client what to do next.",
    }
    members = found.pop("Members")["properties"]
    found["Frame"] = {
        "type": "object",
        "description": "A frame from the server, whichever it is.",
        "required": ["type", "payload"],
        "properties": {"type": {"type": "string"}, "payload": {}, **members},
    }
    found["SyncResponse"]["properties"]["events"]["items"] = {"$ref": REF.format(name="Frame")}
    _refer(found["FrameError"]["properties"]["code"], "ErrorCode")
    _refer(found["Bye"]["properties"]["code"], "CloseCode")
    return dict(sorted(found.items()))


def _refer(schema: Schema, name: str) -> None:
    for key in set(schema) - {"description", "examples"}:
        del schema[key]
    schema["$ref"] = REF.format(name=name)


def frame(message: Message, components: Mapping[str, Schema]) -> Schema:
    """The whole frame of a message; its payload is referred to."""
    members = components["Frame"]["properties"]
    name = (get_origin(message.payload) or message.payload).__name__
    needs_payload = message.is_from_server or bool(components[name].get("required"))
    type_ = "ack" if message.kind == "ack" else message.type
    return {
        "type": "object",
        "required": ["type", *(["payload"] if needs_payload else []), *message.members],
        "properties": {
            "type": {"const": type_},
            "payload": {"$ref": REF.format(name=name)},
            **{member: members[member] for member in (*message.members, *message.optional)},
        },
    }


def tidy(schema: Any) -> Any:
    """As tools like it: no title that says the name again, and the type of an enum; Markdown."""
    if isinstance(schema, list):
        return [tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    typed = {"type": "string"} if "enum" in schema else {}
    tidied = typed | {
        key: tidy(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }
    if isinstance(text := tidied.get("description"), str):
        tidied["description"] = inspect.cleandoc(text).replace("``", "`")
    return tidied


def commented(schema: Schema, cls: type | None) -> Schema:
    """With what the class says about its fields."""
    if cls is None:
        return schema
    for name, text in comments(cls).items():
        if (field := schema.get("properties", {}).get(name)) is not None:
            field["description"] = text
    return schema


@cache
def comments(cls: type) -> dict[str, str]:
    """What stands above each field, by its name on the wire."""
    said: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if issubclass(owner, msgspec.Struct) and owner is not msgspec.Struct:
            for lines, name in _FIELD.findall(_source(owner)):
                text = " ".join(line.strip().removeprefix("#: ") for line in lines.splitlines())
                said[name] = text.replace("``", "`")
    wire = {one.name: one.encode_name for one in msgspec.structs.fields(cls)}
    return {wire[name]: text for name, text in said.items() if name in wire}


def _source(cls: type) -> str:
    """The text of a class; empty where only its compiled code was installed."""
    try:
        return inspect.getsource(cls)
    except OSError:
        return ""


def structs(types: Iterable[Any]) -> Iterator[type[msgspec.Struct]]:
    """All structs among some types, and in their fields."""
    seen: set[type] = set()
    waiting = list(types)
    for one in waiting:
        kind = get_origin(one) or one
        waiting += get_args(one)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
            seen.add(kind)
            waiting += [field.type for field in msgspec.structs.fields(one)]
            yield kind


def example(schema: Schema, components: Mapping[str, Schema], *, whole: bool = False) -> Any:
    """A value of this shape; what may be left out is there if ``whole``, or if it has examples."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, whole=whole)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], components, whole=whole)
    return _made(schema, components, whole)


def _made(schema: Schema, components: Mapping[str, Schema], whole: bool) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, components, whole)
        case "array":
            items = schema.get("prefixItems") or [schema["items"]]
            return [example(one, components, whole=whole) for one in items]
        case "integer" | "number":
            return schema.get("default", schema.get("minimum", 1))
        case "boolean":
            return True
        case "string":
            return "text"
        case "null":
            return None
    return {}


def _object(schema: Schema, components: Mapping[str, Schema], whole: bool) -> Schema:
    required = schema.get("required", ())
    made = {
        name: example(field, components, whole=whole)
        for name, field in schema.get("properties", {}).items()
        if whole or name in required or _shows(field)
    }
    if not made and isinstance(more := schema.get("additionalProperties"), dict):
        return {"name": example(more, components, whole=whole)}
    return made


def _shows(field: Schema) -> bool:
    """Whether there is an example of it, or of what it holds."""
    inner = [*field.get("anyOf", ()), field.get("items") or {}]
    return "examples" in field or any(_shows(one) for one in inner if one)

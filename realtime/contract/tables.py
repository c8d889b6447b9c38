"""The tables of docs/protocol.md, between marks of the form ``<!-- made: events -->``."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from msgspec.structs import fields

from realtime import errors
from realtime.contract.schemas import comments, structs
from realtime.contract.source import Contract, Message
from realtime.control import Members
from realtime.frames import ADVICE, REASONS
from realtime.rest.codes import MEANING, STATUS

Rows = Iterable[tuple[Any, ...]]
_MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def written(text: str, contract: Contract) -> str:
    """A document with each of its tables made anew; raises KeyError for one that there is not."""
    tables = all_of(contract)
    return _MADE.sub(lambda mark: f"{mark[1]}\n{tables[mark[2]]}\n\n{mark[3]}", text)


def all_of(contract: Contract) -> dict[str, str]:
    """Each table by its name."""
    return {
        "sockets": table("path | carries", ((f"`{s.path}`", s.text) for s in contract.sockets)),
        "members": table(
            "member | what it is",
            ((f"`{name}`", text) for name, text in comments(Members).items()),
        ),
        "commands": table("type | payload | answer | what it does", _commands(contract)),
        "control": table(
            "type | payload | when",
            ((f"`{m.type}`", payload(m), first(m.text)) for m in contract.of_kind("control")),
        ),
        "errors": table(
            "code of an `error` frame | meaning",
            ((f"`{code}`", meaning(error)) for code, error in errors.codes().items()),
        ),
        "rest": table("code of a REST error | status | meaning", _rest()),
        "closes": table(
            "code | name | do", ((code, REASONS[code], do) for code, do in ADVICE.items())
        ),
        "events": table("type | kind | payload | rooms | what happened", _events(contract)),
        "objects": table("object | fields | what it is", _objects(contract)),
        "rooms": table(
            "room | who may join | joined at connect",
            ((f"`{kind.pattern}`", kind.who, kind.joined) for kind in contract.rooms),
        ),
        "resets": table(
            "`reset` | the log cannot continue from your cursor, because",
            [("`null`", "it can"), *((f"`{one}`", why) for one, why in errors.RESETS.items())],
        ),
    }


def table(heading: str, rows: Rows) -> str:
    """Rows as Markdown; ``heading`` has the columns, with ``|`` between them."""
    lines = [f"| {heading} |", "|---" * (heading.count("|") + 1) + "|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def _commands(contract: Contract) -> Iterator[tuple[str, ...]]:
    for message in contract.of_kind("command"):
        answer = contract.messages[message.answer]
        shape = f"`ack` {payload(answer)}" if answer.kind == "ack" else f"`{answer.type}`"
        yield f"`{message.type}`", payload(message), shape, first(message.text)


def _events(contract: Contract) -> Iterator[tuple[str, ...]]:
    for message in contract.of_kind("event"):
        rooms = ", ".join(f"`{room}`" for room in message.rooms)
        kind = "durable" if message.is_durable else "ephemeral"
        yield f"`{message.type}`", kind, payload(message), rooms, first(message.text)


def _rest() -> Iterator[tuple[Any, ...]]:
    for code, status in STATUS.items():
        yield f"`{code}`", status, MEANING.get(code, "")


def payload(message: Message) -> str:
    """``{postId, reason}``; and the words of which a field bears one."""
    return "; ".join([_shape(message.payload), *_choices(message.payload)])


def _objects(contract: Contract) -> Iterator[tuple[str, ...]]:
    """What payloads hold: neither a payload itself nor what only an answer of REST is."""
    payloads = {get_origin(one) or one for one in contract.payloads()}
    objects = [one for one in structs(contract.payloads()) if one not in payloads]
    for one in sorted(objects, key=lambda one: one.__name__):
        yield one.__name__, "; ".join([_shape(one), *_choices(one)]), meaning(one)


def _shape(cls: Any) -> str:
    names = (field.encode_name + ("" if field.required else "?") for field in fields(cls))
    return "`{" + ", ".join(names) + "}`"


def _choices(cls: Any) -> Iterator[str]:
    for field in fields(cls):
        if get_origin(field.type) is Literal:
            words = ", ".join(f"`{word}`" for word in get_args(field.type))
            yield f"`{field.encode_name}` is one of {words}"


def first(text: str) -> str:
    """The first paragraph, on one line."""
    return text.partition("\n\n")[0].replace("\n", " ")


def meaning(documented: type) -> str:
    """The first paragraph of what a class says of itself, as Markdown."""
    return first((documented.__doc__ or "").replace("``", "`"))

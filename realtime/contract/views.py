"""``GET /api/asyncapi.json``, and the same for people at ``/api/docs/events``.

Both are for everybody, as ``/api/schema`` is: they say what there is, not what is in it.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from realtime import errors
from realtime.contract import schemas
from realtime.contract.asyncapi import document, servers
from realtime.contract.source import Contract, Message
from realtime.contract.tables import meaning
from realtime.frames import ADVICE, REASONS
from realtime.requests import only_reads


@csrf_exempt  # it writes nothing, and another method than GET is to be told so
def asyncapi(request: HttpRequest, contract: Callable[[], Contract]) -> HttpResponse:
    """The AsyncAPI document, with the address at which it was asked for."""
    if (refusal := only_reads(request)) is not None:
        return refusal
    here = servers(request.get_host(), is_secure=request.is_secure())
    body = msgspec.json.encode(document(contract()) | {"servers": here})
    return HttpResponse(body, content_type="application/json")


@csrf_exempt
def events_page(request: HttpRequest, contract: Callable[[], Contract]) -> HttpResponse:
    """Everything that is on a socket, as a plain page."""
    if (refusal := only_reads(request)) is not None:
        return refusal
    told = contract()
    components = schemas.of_contract(told)
    shown = {key: _shown(one, told, components) for key, one in told.messages.items()}
    context = {
        "info": document(told)["info"],
        "sockets": [
            {"path": one.path, "text": one.text, "messages": [shown[key] for key in one.messages]}
            for one in told.sockets
        ],
        "rooms": told.rooms,
        "events": [shown[one.key] for one in told.of_kind("event")],
        "commands": [shown[one.key] for one in told.of_kind("command")],
        "control": [shown[one.key] for one in told.of_kind("control")],
        "errors": [(code, meaning(error)) for code, error in errors.codes().items()],
        "closes": [(code, REASONS[code], do) for code, do in ADVICE.items()],
        "components": {name: pretty(schema) for name, schema in components.items()},
    }
    return render(request, "realtime/events.html", context)


def _shown(
    message: Message, contract: Contract, components: dict[str, schemas.Schema]
) -> dict[str, Any]:
    """What the template says of a message."""
    frame = schemas.frame(message, components)
    shown = {
        "key": message.key,
        "type": message.type,
        "text": message.text,
        "is_event": message.kind == "event",
        "is_durable": message.is_durable,
        "rooms": message.rooms,
        "payload": frame["properties"]["payload"],
        "example": pretty(schemas.example(frame, components)),
    }
    if message.answer:
        answer = schemas.frame(contract.messages[message.answer], components)["properties"]
        shown |= {"answer": answer["type"]["const"], "answer_payload": answer["payload"]}
    return shown


def pretty(value: Any) -> str:
    """JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()

"""One JSON Schema (2020-12) of every frame, for those who validate or make code from one."""

import json

from realtime.contract import schemas
from realtime.contract.source import Contract


def bundle(contract: Contract) -> str:
    """The file's text: any frame is valid against it; ``$defs`` has each frame and each object."""
    components = schemas.of_contract(contract)
    frames = {key: schemas.frame(one, components) for key, one in contract.messages.items()}
    sides = {
        "ServerFrame": [key for key, one in contract.messages.items() if one.is_from_server],
        "ClientFrame": [key for key, one in contract.messages.items() if not one.is_from_server],
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Every frame of a socket, by who sends it",
        "anyOf": [_to(side) for side in sides],
        "$defs": {
            **{side: {"anyOf": [_to(key) for key in keys]} for side, keys in sides.items()},
            **frames,
            **components,
        },
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    return text.replace(schemas.REF.format(name=""), "#/$defs/")


def _to(name: str) -> schemas.Schema:
    return {"$ref": schemas.REF.format(name=name)}

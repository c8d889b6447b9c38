"""The paths that are no views of REST framework's, described by hand: their bodies by their types.

Polls and streams are here, the descriptions themselves, and what watches a server.
"""

from typing import Any

from realtime.contract import schemas
from realtime.control import Polled
from realtime.rest.problems import Failure

_ROOMS = ("rooms", "string", "Rooms to read as well, separated by commas.")
_LAST = ("lastEventId", "string", "A cursor: go on from here.")


def components() -> dict[str, Any]:
    """What the bodies here are made of."""
    return schemas.described([Polled, Failure])


def paths() -> dict[str, Any]:
    """Each path with its one operation."""
    json, text = "application/json", "text/plain"
    status = {"type": "object", "properties": {"status": {"type": "string", "enum": ["ok"]}}}
    return {
        "/api/realtime/poll": _get(
            "poll",
            "What happened after a cursor, for who gets neither socket nor stream through",
            (json, {"$ref": schemas.REF.format(name="Polled")}),
            _LAST,
            ("timestamp", "string", "Without a cursor: what was numbered since then."),
            _ROOMS,
            ("limit", "integer", "1 to 500 events; 50 unless said."),
            ("wait", "integer", "Seconds, up to 25, to wait for something."),
            is_public=False,
        ),
        "/api/realtime/stream": _get(
            "stream",
            "Server-Sent Events: frames as they come, until the identity ends",
            ("text/event-stream", {"type": "string"}),
            _LAST,
            _ROOMS,
            is_public=False,
        ),
        "/api/schema": _get("readSchema", "This description", (json, {"type": "object"})),
        "/api/docs": _get("readDocs", "The same for people", ("text/html", {"type": "string"})),
        "/api/asyncapi.json": _get(
            "readAsyncapi", "What goes over a socket: AsyncAPI 3.0", (json, {"type": "object"})
        ),
        "/api/docs/events": _get(
            "readEventDocs", "The same for people", ("text/html", {"type": "string"})
        ),
        "/healthz": _get("isAlive", "The process answers", (json, status)),
        "/readyz": _get("isReady", "It can serve; 503 where it cannot", (json, status)),
        "/metrics": _get(
            "readMetrics", "For Prometheus; from elsewhere with a token", (text, {"type": "string"})
        ),
    }


def _get(
    name: str,
    summary: str,
    body: tuple[str, dict[str, Any]],
    *parameters: tuple[str, str, str],
    is_public: bool = True,
) -> dict[str, Any]:
    """A GET: name, summary, type and schema of its body, and name, type and text of parameters."""
    media, schema = body
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {"name": one, "in": "query", "schema": {"type": kind}, "description": text}
            for one, kind, text in parameters
        ],
        "responses": {
            "200": {"content": {media: {"schema": schema}}, "description": ""},
            "4XX": {
                "content": {
                    "application/json": {"schema": {"$ref": schemas.REF.format(name="Failure")}}
                },
                "description": "",
            },
        },
    }
    if not is_public:
        operation["security"] = [{"bearer": []}, {"session": []}]
    return {"get": operation}

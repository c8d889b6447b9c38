"""The AsyncAPI document: it is one, and it says of the sockets what they do."""

import json
from pathlib import Path

import jsonschema
import pytest
from django.test import Client

from accounts.actions import follow
from posts.actions import add_comment, create_post, delete_post, edit_post, like_post
from realtime.database import in_database
from tests.api import person
from tests.live import frames_until, sit  # noqa: F401 — a fixture

SPECIFICATION = (
    Path(__file__).parents[2] / "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
)


@pytest.fixture
def document():
    answer = Client().get("/api/asyncapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(answer.content)


def closed(schema):
    """The same, but for objects that have a field which it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and "type" in schema:
        shut["additionalProperties"] = False
    return shut


def check(document, key, frame):
    """Raises when a frame is not what the document calls so, or says more than that."""
    components = closed(document["components"])
    for one in components["messages"].values():
        one.pop("examples")
    schema = {"$ref": f"#/components/messages/{key}/payload", "components": components}
    jsonschema.Draft7Validator(schema).validate(frame)


def kinds(rooms):
    return {room.partition(":")[0] for room in rooms}


def check_all(document, frames):
    """The types of some frames that came unasked, each as it is described."""
    known = document["components"]["messages"]
    for frame in frames:
        name = frame["type"].replace(":", ".")
        key = f"event.{name}" if f"event.{name}" in known else f"control.{name}"
        check(document, key, frame)
        assert kinds(frame.get("rooms", ())) <= kinds(known[key].get("x-rooms", ()))
    return {frame["type"] for frame in frames}


def test_it_is_an_asyncapi_document(document):
    if not SPECIFICATION.exists():
        pytest.skip("The schema of AsyncAPI is missing: npm ci, which ./run test does")
    schema = json.loads(SPECIFICATION.read_text())
    assert document["asyncapi"] == "3.0.0"
    jsonschema.Draft7Validator(schema).validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(document | {"channels": []})


def test_every_reference_leads_somewhere(document):
    def lead(value):
        if isinstance(value, dict):
            if isinstance(path := value.get("$ref"), str):
                target = document
                for part in path.removeprefix("#/").split("/"):
                    target = target[part]
            for one in value.values():
                lead(one)
        elif isinstance(value, list):
            for one in value:
                lead(one)

    lead(document)


def test_every_example_is_what_its_message_may_be(document):
    for key, message in document["components"]["messages"].items():
        (example,) = message["examples"]
        check(document, key, example["payload"])


def test_every_message_and_every_field_that_needs_it_is_explained(document):
    bare = [key for key, one in document["components"]["messages"].items() if not one["summary"]]
    bare += [
        name for name, one in document["components"]["schemas"].items() if "description" not in one
    ]
    assert bare == []
    post = document["components"]["schemas"]["Post"]
    assert post["description"] == "Something said to everybody, or to the author's followers."
    assert (
        post["properties"]["isLiked"]["description"]
        == "About the reader; left out where there are many."
    )


def test_each_socket_has_its_own_commands_each_with_its_answer(document):
    asked = {
        (
            operation["channel"]["$ref"].rpartition("/")[2],
            document["components"]["messages"][name]["name"],
        )
        for operation in document["operations"].values()
        if operation["action"] == "receive"
        for name in [operation["messages"][0]["$ref"].rpartition("/")[2]]
    }
    everywhere = {"auth", "heartbeat", "room:join", "room:leave", "sync:request"}
    typing = {"user:typing", "user:stopped_typing"}
    assert asked == {
        *(("posts", kind) for kind in everywhere),
        *(("notifications", kind) for kind in {*everywhere, "notification:read"}),
        *(("presence", kind) for kind in everywhere | typing),
        *(("all", kind) for kind in {*everywhere, *typing, "notification:read"}),
    }
    answers = {
        name: operation["reply"]["messages"][0]["$ref"].rpartition("/")[2]
        for name, operation in document["operations"].items()
        if operation["action"] == "receive"
    }
    assert answers["all.command.room.join"] == "ack.room.join"
    assert answers["all.command.sync.request"] == "control.sync.response"
    assert answers["all.command.heartbeat"] == "control.heartbeat"


def test_each_socket_has_the_events_of_its_rooms(document):
    def events(channel):
        return {
            key.removeprefix("event.")
            for key in document["channels"][channel]["messages"]
            if key.startswith("event.")
        }

    assert events("presence") == {
        "user.online",
        "user.offline",
        "user.typing",
        "user.stopped_typing",
    }
    assert {"notification.new", "user.followed"} <= events("notifications")
    assert "post.created" not in events("notifications")
    assert "notification.new" not in events("posts")
    assert {"post.created", "comment.added", "user.typing"} <= events("posts")
    assert (
        events("all")
        == events("stream")
        == events("posts") | events("notifications") | events("presence")
    )


def test_it_tells_every_code_and_every_room(document):
    assert {one["room"] for one in document["x-rooms"]} == {
        "public",
        "user:<id>",
        "following:<authorId>",
        "hashtag:<tag>",
        "post:<id>",
        "presence",
        "staff",
    }
    codes = document["components"]["schemas"]
    assert {4000, 4001, 4003, 4009, 4100, 4103, 4200, 4202, 4203, 4205, 1009} == set(
        codes["CloseCode"]["enum"]
    )
    assert {one["code"] for one in document["x-close-codes"]} == set(codes["CloseCode"]["enum"])
    assert set(document["x-error-codes"]) == set(codes["ErrorCode"]["enum"])
    assert {"invalid_json", "server_only", "too_many_rooms", "internal"} <= set(
        codes["ErrorCode"]["enum"]
    )


def test_its_servers_are_where_it_was_asked_for():
    https = Client().get("/api/asyncapi.json", secure=True).json()["servers"]
    assert {name: (one["host"], one["protocol"]) for name, one in https.items()} == {
        "sockets": ("testserver", "wss"),
        "stream": ("testserver", "https"),
    }


async def test_what_a_socket_sends_is_what_the_document_says(sit, document):  # noqa: F811
    aiko, ben = [await in_database(person, name) for name in ("aiko", "ben")]
    socket = await sit(aiko)
    other = await sit(ben)
    check(document, "control.connect", {"type": "connect", "payload": socket.welcome, "ts": "now"})
    post = await in_database(create_post, ben, "hello @aiko #tag")
    room = {"room": f"post:{post.pk}"}
    for one in (socket, other):
        check(document, "ack.room.join", await one.command("room:join", room))
    typing = await other.command("user:typing", {"postId": str(post.pk)})
    check(document, "ack.user.typing", typing)
    seen = [await socket.expect("user:typing")]
    await in_database(add_comment, aiko, post.pk, "well")
    await in_database(like_post, aiko, post.pk)
    await in_database(edit_post, ben, post.pk, body="hello again")
    await in_database(follow, aiko, str(ben.pk))
    await in_database(delete_post, ben, post.pk)
    seen += await frames_until(socket, ben)
    seen += await frames_until(other, aiko)
    assert check_all(document, seen) >= {
        "comment:added",
        "post:liked",
        "post:updated",
        "post:deleted",
        "user:followed",
        "room:joined",
        "notification:new",
    }
    check(document, "ack.room.join", await socket.command("room:join", {"room": "presence"}))
    check(
        document, "ack.notification.read", await socket.command("notification:read", {"all": True})
    )
    check(document, "control.heartbeat", await socket.command("heartbeat"))
    check(document, "control.error", await socket.command("post:created"))
    check(document, "ack.room.leave", await socket.command("room:leave", room))
    late = await sit(aiko, f"?cursor={socket.welcome['cursor']}")
    page = await late.expect("sync:response")
    check(document, "control.sync.response", page)
    assert "post:deleted" in check_all(document, page["payload"]["events"])


def test_a_frame_that_says_more_than_the_document_is_noticed(document):
    frame = document["components"]["messages"]["event.post.created"]["examples"][0]["payload"]
    check(document, "event.post.created", frame)
    with pytest.raises(jsonschema.ValidationError):
        check(
            document, "event.post.created", frame | {"payload": frame["payload"] | {"mood": "good"}}
        )

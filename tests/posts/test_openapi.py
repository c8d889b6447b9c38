"""The description of the API: complete, without a warning, and true of what is answered."""

import json
import re

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from posts.actions import add_comment, create_post
from realtime.rest.schema import Generator
from tests.api import Api, person
from tests.rights.matrix import rows
from tests.rights.paths import api_routes, route_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(capsys):
    answer = Client().get("/api/schema")
    assert answer.status_code == 200
    assert capsys.readouterr().err == ""
    return json.loads(answer.content)


def check(schema, name, value):
    """Raises when a value is not what the schema calls so."""
    whole = Resource.from_contents(schema, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:schema", whole)
    reference = {"$ref": f"urn:schema#/components/schemas/{name}"}
    jsonschema.Draft202012Validator(reference, registry=registry).validate(value)


def test_it_is_made_without_a_warning_and_is_openapi(tmp_path):
    path = tmp_path / "openapi.yaml"
    call_command("spectacular", fail_on_warn=True, validate=True, file=str(path))
    assert path.read_text().startswith("openapi: 3.1")


def test_it_has_every_path_and_no_other(schema):
    assert schema["openapi"].startswith("3.1")
    described = {route_of(re.sub(r"{\w+}", "x", path)) for path in schema["paths"]}
    # What is under `/api/` and none of these is not found.
    assert described == api_routes() - {r"^api(?:/|$)"}


def test_it_has_every_method_that_a_path_takes(schema):
    methods = {
        f"{method.upper()} {path}" for path, item in schema["paths"].items() for method in item
    }
    named = {request for row in rows("request") for request in row.whats}
    # As docs/rights.md names them, with names of its own in their braces.
    told = {re.sub(r"{\w+}", "{}", one) for one in methods}
    asked = {re.sub(r"{\w+}", "{}", one.partition("?")[0]) for one in named}
    assert asked - told == {"GET /api/"}


def bodies(schema):
    """Each body of a request or an answer: where it is, and what is said of it."""
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            request = operation.get("requestBody", {})
            for status, part in {"request": request, **operation["responses"]}.items():
                for body in part.get("content", {}).values():
                    yield f"{method} {path} {status}", body


def test_every_body_has_an_example_and_it_is_one(schema):
    for where, body in bodies(schema):
        examples = [one["value"] for one in body.get("examples", {}).values()]
        examples += [body["example"]] if "example" in body else []
        assert examples, f"{where} has none"
        for example in examples:
            if "$ref" in body["schema"]:
                check(schema, body["schema"]["$ref"].rpartition("/")[2], example)


def test_a_delete_that_takes_something_says_so(schema):
    (body,) = schema["paths"]["/api/users/me"]["delete"]["requestBody"]["content"].values()
    assert body["schema"] == {"$ref": "#/components/schemas/Farewell"}


def test_every_reference_leads_somewhere(schema):
    known = set(schema["components"]["schemas"])
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= known


def test_what_is_answered_is_what_it_says(schema):
    aiko = person("aiko")
    post = create_post(aiko, "hello @aiko #tag")
    add_comment(aiko, post.pk, "well")
    api = Api(aiko)
    check(schema, "Post", api.get(f"/api/posts/{post.pk}").json())
    check(schema, "PostPage", api.get("/api/posts").json())
    check(schema, "CommentPage", api.get(f"/api/posts/{post.pk}/comments").json())
    check(schema, "LikeState", api.post(f"/api/posts/{post.pk}/like").json())
    check(schema, "Failure", api.get("/api/posts?limit=0").json())
    body = {"username": "ben", "password": "correct horse battery"}
    check(schema, "Registered", Api().post("/api/auth/register", body).json())
    with pytest.raises(jsonschema.ValidationError):
        check(schema, "Post", {"id": 7})


def test_inputs_say_how_long_they_may_be(schema):
    body = schema["components"]["schemas"]["PostInput"]["properties"]["body"]
    assert (body["type"], body["maxLength"]) == ("string", 5_000)


def test_writes_take_an_idempotency_key_and_strangers_may_register(schema):
    write = schema["paths"]["/api/posts"]["post"]
    assert [one["name"] for one in write["parameters"]] == ["Idempotency-Key"]
    assert {"bearer": []} in write["security"]
    # What is open to strangers has no requirement at all.
    assert "security" not in schema["paths"]["/api/auth/register"]["post"]


def test_people_get_it_as_a_page():
    page = Client().get("/api/docs")
    assert page.status_code == 200
    assert b"Edit one&#x27;s post" in page.content
    assert b"/api/posts/{post_id}/like" in page.content
    assert b"<script" not in page.content


def test_programs_that_prefer_yaml_get_it():
    answer = Client().get("/api/schema", headers={"Accept": "application/vnd.oai.openapi"})
    assert answer.content.startswith(b"openapi: 3.1")


def test_it_is_made_once_for_each_language_however_often_it_is_asked_for(schema, monkeypatch):
    made = []
    parse = Generator.parse
    monkeypatch.setattr(Generator, "parse", lambda *of: made.append(1) or parse(*of))
    monkeypatch.setattr(Generator, "made", {})
    for language in ("en", "ja", "en", "ja"):
        for path in ("/api/schema", "/api/docs"):
            assert Client().get(path, headers={"Accept-Language": language}).status_code == 200
    assert len(made) == 2

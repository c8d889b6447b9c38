"""The description of the API: complete, without a warning, and true of what is answered."""

import json

import jsonschema
import pytest
from django.test import Client
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from posts.actions import add_comment, create_post
from realtime.rest.schema import Generator
from tests.api import Api, person

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


def test_it_has_every_path_of_the_specification_that_there_is(schema):
    operations = {
        f"{method.upper()} {path}" for path, item in schema["paths"].items() for method in item
    }
    assert schema["openapi"].startswith("3.1")
    assert operations >= {
        "POST /api/auth/register",
        "POST /api/auth/token",
        "POST /api/auth/token/refresh",
        "POST /api/auth/logout",
        "PUT /api/users/{user_id}/follow",
        "DELETE /api/users/{user_id}/follow",
        "GET /api/posts",
        "POST /api/posts",
        "GET /api/posts/{post_id}",
        "PATCH /api/posts/{post_id}",
        "DELETE /api/posts/{post_id}",
        "POST /api/posts/{post_id}/like",
        "DELETE /api/posts/{post_id}/like",
        "GET /api/posts/{post_id}/comments",
        "POST /api/posts/{post_id}/comments",
        "PATCH /api/comments/{comment_id}",
        "DELETE /api/comments/{comment_id}",
    }


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

"""What the description of the API says of people is what is answered."""

import json

import pytest
from django.test import Client

from accounts.actions import block, follow
from tests.api import Api
from tests.posts.test_openapi import check

pytestmark = pytest.mark.django_db


def test_people_are_answered_as_the_description_says(aiko, ben, chiyo):
    schema = json.loads(Client().get("/api/schema").content)
    follow(ben, str(aiko.pk))
    block(aiko, str(chiyo.pk))
    api = Api(aiko)
    check(schema, "OwnProfile", api.get("/api/users/me").json())
    check(schema, "Profile", api.get(f"/api/users/{ben.pk}").json())
    check(schema, "ProfilePage", api.get("/api/users?username=ben").json())
    check(schema, "UserPage", api.get(f"/api/users/{aiko.pk}/followers").json())
    check(schema, "UserPage", api.get(f"/api/users/{ben.pk}/following").json())
    check(schema, "UserPage", api.get("/api/users/me/blocks").json())
    check(schema, "BlockState", api.put(f"/api/users/{chiyo.pk}/block").json())
    check(schema, "HashtagState", api.put("/api/hashtags/tag/follow").json())


def test_every_path_about_people_is_described(db):
    paths = json.loads(Client().get("/api/schema").content)["paths"]
    described = {f"{method} {path}" for path, item in paths.items() for method in item}
    assert described >= {
        "post /api/auth/password",
        "get /api/users",
        "get /api/users/me",
        "patch /api/users/me",
        "delete /api/users/me",
        "get /api/users/me/blocks",
        "get /api/users/{user_id}",
        "get /api/users/{user_id}/followers",
        "get /api/users/{user_id}/following",
        "put /api/users/{user_id}/block",
        "delete /api/users/{user_id}/block",
        "put /api/hashtags/{tag}/follow",
        "delete /api/hashtags/{tag}/follow",
    }

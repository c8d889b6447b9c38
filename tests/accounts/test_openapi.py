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

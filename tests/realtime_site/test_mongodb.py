"""What ``DATABASE_URL`` may say of a MongoDB."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from realtime_site import mongodb


def test_a_url_that_says_nothing_waits_two_seconds_for_a_server():
    options = mongodb.database("mongodb://a,b,c/site?replicaSet=rs0")["OPTIONS"]
    assert options["serverSelectionTimeoutMS"] == options["connectTimeoutMS"] == 2_000


def test_a_url_may_ask_for_more_patience_but_not_for_less_care():
    url = "mongodb://u:p%40ss@a:1,b:2/site?w=1&readConcernLevel=local&readPreference=nearest&connecttimeoutms=9000"
    database = mongodb.database(url)
    assert (database["HOST"], database["NAME"]) == (url, "site")
    assert database["OPTIONS"] == {
        "w": "majority",
        "readPreference": "primary",
        "readConcernLevel": "majority",
        "serverSelectionTimeoutMS": 2_000,
        "wTimeoutMS": 5_000,
        "maxPoolSize": 100,
    }


def test_a_url_without_a_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="name the database"):
        mongodb.database("mongodb://a:27017")

"""These tests are for MongoDB: elsewhere they are not collected."""

from realtime.fields import on_mongodb

collect_ignore_glob = [] if on_mongodb() else ["test_*.py"]

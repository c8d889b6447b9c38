"""What is published is seen in a transaction that is never committed, and only that."""

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.test import TestCase, TransactionTestCase

from accounts.actions import follow
from posts.actions import create_post, like_post
from realtime.events import Close
from realtime.publish import change_rights
from realtime.testing import assert_emits, assert_emits_nothing
from tests.api import person


class InATransaction(TestCase):
    """``TestCase``: all is rolled back, and ``on_commit`` never runs."""

    def setUp(self):
        self.ben = person("ben")

    def test_an_event_is_seen_with_its_room_and_what_is_named_of_its_payload(self):
        with assert_emits(
            "post:created",
            room="public",
            payload={"post": {"body": "hi", "author": {"username": "ben"}}},
        ) as emitted:
            create_post(self.ben, "hi")
        (event,) = emitted.events
        assert (event.type, event.people) == ("post:created", (str(self.ben.pk),))

    def test_another_type_room_or_payload_is_not_it(self):
        for wanted in (
            {"kind": "post:updated"},
            {"kind": "post:created", "room": "presence"},
            {"kind": "post:created", "payload": {"post": {"body": "ho"}}},
            {"kind": "post:created", "payload": {"other": None}},
            {"kind": "post:created", "times": 2},
        ):
            emitted = "emitted:\n  post:created to public"
            with pytest.raises(AssertionError, match=emitted), assert_emits(**wanted):
                create_post(self.ben, "hi")

    def test_what_was_rolled_back_inside_was_not_emitted(self):
        with assert_emits_nothing():
            try:
                with transaction.atomic():
                    create_post(self.ben, "hi")
                    raise ValueError
            except ValueError:
                pass

    def test_nothing_means_nothing_or_nothing_of_a_type_or_room(self):
        for wanted, words in ({}, "event was"), ({"room": "public"}, "event in 'public' was"):
            failure = pytest.raises(AssertionError, match=f"{words} not to be emitted")
            with failure, assert_emits_nothing(**wanted):
                create_post(self.ben, "hi")
        with assert_emits_nothing("post:liked"), assert_emits_nothing(room="presence"):
            create_post(self.ben, "hi")

    def test_what_was_emitted_before_does_not_count(self):
        post = create_post(self.ben, "hi")
        with assert_emits_nothing("post:created"), assert_emits("post:liked", times=1):
            like_post(person("aiko"), post.pk)

    def test_the_failure_of_the_code_inside_is_what_is_told(self):
        with pytest.raises(ZeroDivisionError), assert_emits("post:created"):
            _ = 1 / 0

    def test_a_change_of_rights_alone_is_no_event(self):
        with assert_emits_nothing() as emitted:
            change_rights(Close(code=4003, user=str(self.ben.pk)))
        assert emitted.events == []

    async def test_it_works_in_an_async_test_too(self):
        aiko = await sync_to_async(person)("aiko")
        async with assert_emits("user:followed", room=f"user:{aiko.pk}"):
            await sync_to_async(follow)(aiko, str(self.ben.pk))


class WithCommits(TransactionTestCase):
    """``TransactionTestCase``: the same."""

    def test_an_event_is_seen_once_though_it_is_numbered_and_told(self):
        ben = person("ben")
        with assert_emits("post:created", room="public") as emitted:
            create_post(ben, "hi")
        assert [str(one)[:24] for one in emitted.events] == ["post:created to public, "]

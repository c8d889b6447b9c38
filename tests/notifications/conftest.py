"""People, and what they see of their notifications: by REST, in the log, and by replay."""

import json

import pytest
from django.test import AsyncRequestFactory

from accounts.logins import open_login
from notifications.models import Inbox, Notification
from realtime import log
from realtime.views import poll
from tests.api import Api, person


@pytest.fixture
def aiko(transactional_db):
    return person("aiko", display_name="Aiko")


@pytest.fixture
def ben(transactional_db):
    return person("ben", display_name="Ben")


@pytest.fixture
def chiyo(transactional_db):
    return person("chiyo", display_name="Chiyo")


def listed(user, query=""):
    """The list as REST answers it."""
    answer = Api(user).get(f"/api/notifications{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def texts(user, query=""):
    """What the list says, newest first."""
    return [notification["text"] for notification in listed(user, query)["results"]]


def unread(user):
    """How much REST says is not read; checked against the rows themselves."""
    count = listed(user, "?limit=1")["unreadCount"]
    assert count == Notification.objects.filter(recipient=user, is_read=False).count()
    return count


def logged():
    """The log's entries in order, whole; other tests leave notifications out of theirs."""
    log.stamp()
    return log.read(0)


def news(user):
    """The log's entries for a user's own tabs that are about notifications, in order."""
    room = f"user:{user.pk}"
    return [
        entry
        for entry in logged()
        if entry.type.startswith("notification:") and entry.rooms == (room,)
    ]


def payloads(user):
    """The same as (type, payload)."""
    return [(entry.type, json.loads(bytes(entry.payload))) for entry in news(user)]


def counts(user):
    """The counts that the user's tabs were told, in order."""
    return [payload["unreadCount"] for _, payload in payloads(user)]


def exact():
    """Whether every inbox holds the number of its unread rows; all users' sum."""
    for inbox in Inbox.objects.all():
        rows = Notification.objects.filter(recipient=inbox.user_id, is_read=False)
        assert inbox.unread == rows.count(), inbox
    assert Notification.objects.exclude(recipient__in=Inbox.objects.values("user")).count() == 0
    return Notification.objects.filter(is_read=False).count()


def fetched(user):
    """What a client that loads afresh knows: what is not read, and how much that is."""
    page = listed(user, "?unread=true&limit=100")
    assert page["next"] is None
    return {one["id"]: one for one in page["results"]}, page["unreadCount"]


def applied(state, frames):
    """The same for a client that has applied these events to what it knew."""
    known, count = dict(state[0]), state[1]
    for frame in frames:
        payload = frame["payload"]
        if frame["type"] == "notification:new":
            known[payload["notification"]["id"]] = payload["notification"]
        elif frame["type"] == "notification:read":
            gone = payload["notificationIds"]
            for one in list(known) if gone == "all" else gone:
                known.pop(one, None)
        else:
            continue
        count = payload["unreadCount"]
    return known, count


async def replayed(token, cursor):
    """What a client that was away since ``cursor`` is sent; and the count beside it."""
    frames, count, more = [], None, True
    while more:
        request = AsyncRequestFactory().get(
            "/api/realtime/poll",
            {"lastEventId": cursor, "limit": 500},
            headers={"Authorization": f"Bearer {token}"},
        )
        page = json.loads((await poll(request)).content)
        frames += page["events"]
        cursor, more, count = page["cursor"], page["hasMore"], page["unreadCount"]
    return frames, count


def token_of(user):
    """An access token."""
    return open_login(user).access

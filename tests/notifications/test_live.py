"""Notifications at the socket: live, after an absence, and read by command."""

from contextlib import nullcontext

import pytest

from accounts.actions import follow, unfollow
from accounts.models import Block, User
from notifications.actions import mark_all_read, mark_read, tell_of_moderation
from notifications.consumers import NotificationsConsumer
from notifications.models import Notification
from posts.actions import (
    add_comment,
    create_post,
    delete_comment,
    delete_post,
    edit_post,
    like_post,
    unlike_post,
)
from posts.models import Comment
from realtime import log
from realtime.database import in_database
from realtime.testing import Socket, running_hub
from tests.notifications.conftest import applied, fetched, replayed, token_of, unread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def tab(transactional_db):
    """Opens tabs: ``socket, welcome = await tab(user)``."""
    async with running_hub():
        sockets = []

        async def open_one(user, query=""):
            token = await in_database(token_of, user)
            path = f"/ws/notifications/{query}"
            socket = Socket(NotificationsConsumer.as_asgi(), path, token=token)
            await socket.connect()
            sockets.append(socket)
            return socket, await socket.receive()

        yield open_one
        for socket in sockets:
            await socket.close()


def newest(user):
    return Notification.objects.filter(recipient=user).order_by("-pk").first()


# -- the socket ----------------------------------------------------------------------------------


async def test_it_carries_the_readers_own_room_and_no_other(tab, aiko, ben):
    socket, welcome = await tab(aiko)
    assert welcome["payload"]["rooms"] == [f"user:{aiko.pk}"]
    answer = await socket.command("room:join", {"room": "public"})
    assert answer["payload"]["code"] == "unknown_room"
    await in_database(create_post, ben, "hello @aiko")
    assert (await socket.receive())["type"] == "notification:new"


async def test_one_that_is_read_in_a_tab_is_read_in_all_tabs(tab, aiko, ben, chiyo):
    for user in (ben, chiyo):
        await in_database(follow, user, str(aiko.pk))
    row = await in_database(newest, aiko)
    (one, _), (other, _) = await tab(aiko), await tab(aiko)
    answer = await one.command("notification:read", {"notificationId": str(row.pk)})
    assert answer == {"type": "ack", "id": "1", "payload": {"unreadCount": 1}}
    for socket in (one, other):
        assert (await socket.expect("notification:read"))["payload"] == {
            "notificationIds": [str(row.pk)],
            "userId": str(aiko.pk),
            "unreadCount": 1,
        }
    answer = await one.command("notification:read", {"all": True})
    assert answer["payload"] == {"unreadCount": 0}
    assert (await other.expect("notification:read"))["payload"]["notificationIds"] == "all"
    assert await in_database(unread, aiko) == 0


async def test_reading_again_is_answered_and_tells_nobody(tab, aiko, ben):
    await in_database(follow, ben, str(aiko.pk))
    row = await in_database(newest, aiko)
    socket, _ = await tab(aiko)
    for _ in range(2):
        answer = await socket.command("notification:read", {"notificationId": str(row.pk)})
        assert answer["payload"] == {"unreadCount": 0}
    assert (await socket.command("notification:read", {"all": True}))["type"] == "ack"
    await in_database(create_post, ben, "@aiko")
    assert (await socket.receive())["type"] == "notification:read"
    assert (await socket.receive())["type"] == "notification:new"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "invalid_frame"),
        ({"all": False}, "invalid_frame"),
        ({"all": 1}, "invalid_frame"),
        ({"all": True, "notificationId": "x"}, "invalid_frame"),
        ({"notificationId": 7}, "invalid_frame"),
        ({"notificationId": "x"}, "not_found"),
        ({"notificationId": "01a20bb4-9bf9-7371-89cc-d793b79e7509"}, "not_found"),
        ({"notificationId": "another's"}, "not_found"),
    ],
)
async def test_a_wrong_payload_is_answered_with_its_code(tab, aiko, ben, payload, code, caplog):
    await in_database(follow, aiko, str(ben.pk))
    if payload.get("notificationId") == "another's":
        payload = {"notificationId": str((await in_database(newest, ben)).pk)}
    socket, _ = await tab(aiko)
    answer = await socket.command("notification:read", payload)
    assert (answer["type"], answer["payload"]["code"]) == ("error", code)
    assert [one for one in caplog.records if one.levelname != "INFO"] == []
    assert await in_database(unread, ben) == 1


async def test_only_the_server_may_send_a_new_one(tab, aiko):
    socket, _ = await tab(aiko)
    answer = await socket.command("notification:new", {})
    assert answer["payload"]["code"] == "server_only"


async def test_a_sync_and_a_poll_say_how_much_is_not_read(tab, aiko, ben):
    socket, welcome = await tab(aiko)
    await in_database(follow, ben, str(aiko.pk))
    cursor = welcome["payload"]["cursor"]
    response = await socket.command("sync:request", {"cursor": cursor})
    assert response["payload"]["unreadCount"] == 1
    _, count = await replayed(await in_database(token_of, aiko), cursor)
    assert count == 1


# -- state before + events = state fetched afresh --------------------------------------------------

ACTS = {
    "a like": lambda w: like_post(w.chiyo, w.post.pk),
    "an unlike": lambda w: unlike_post(w.ben, w.post.pk),
    "a like again": lambda w: (unlike_post(w.ben, w.post.pk), like_post(w.ben, w.post.pk)),
    "a comment": lambda w: add_comment(w.chiyo, w.post.pk, "well"),
    "a mention": lambda w: create_post(w.chiyo, "hey @aiko"),
    "a follow": lambda w: follow(w.chiyo, str(w.aiko.pk)),
    "moderation": lambda w: tell_of_moderation(w.aiko, "Please be kind."),
    "one read": lambda w: mark_read(w.aiko.pk, newest(w.aiko).pk),
    "all read": lambda w: mark_all_read(w.aiko.pk),
    "new, then read": lambda w: (follow(w.chiyo, str(w.aiko.pk)), mark_all_read(w.aiko.pk)),
    "read, then new": lambda w: (mark_all_read(w.aiko.pk), follow(w.chiyo, str(w.aiko.pk))),
    "a deleted comment": lambda w: delete_comment(w.ben, Comment.objects.get().pk),
    "a deleted post": lambda w: delete_post(w.aiko, w.post.pk),
    "new, then deleted": lambda w: (like_post(w.chiyo, w.post.pk), w.post.delete()),
    "a deleted mention": lambda w: delete_post(w.ben, w.named.pk),
    "a block": lambda w: Block.objects.create(blocker=w.aiko, blocked=w.ben),
    "being blocked": lambda w: Block.objects.create(blocker=w.ben, blocked=w.aiko),
    "a block and its end": lambda w: Block.objects.create(blocker=w.ben, blocked=w.aiko).delete(),
    "new, a block and its end": lambda w: (
        like_post(w.chiyo, w.post.pk),
        Block.objects.create(blocker=w.aiko, blocked=w.chiyo).delete(),
    ),
    "a post that narrows": lambda w: edit_post(w.ben, w.named.pk, visibility="followers"),
    "narrower and wider": lambda w: [
        edit_post(w.ben, w.named.pk, visibility=to) for to in ("followers", "public")
    ],
    "followed no more": lambda w: unfollow(w.aiko, str(w.chiyo.pk)),
    "followed no more, and again": lambda w: (
        unfollow(w.aiko, str(w.chiyo.pk)),
        follow(w.aiko, str(w.chiyo.pk)),
    ),
    "a user who leaves": lambda w: User.objects.get(pk=w.ben.pk).delete(),
}


class World:
    """Aiko's, with one notification of each kind, most of them from ben."""

    def __init__(self, aiko, ben, chiyo):
        self.aiko, self.ben, self.chiyo = aiko, ben, chiyo
        self.post = create_post(aiko, "hello")
        self.origin = log.cursor()
        follow(aiko, str(chiyo.pk))
        create_post(chiyo, "psst @aiko", "followers")
        like_post(ben, self.post.pk)
        add_comment(ben, self.post.pk, "well")
        self.named = create_post(ben, "hey @aiko")
        follow(ben, str(aiko.pk))
        tell_of_moderation(aiko, "Welcome.")
        mark_read(aiko.pk, newest(aiko).pk)


@pytest.mark.parametrize("act", ACTS)
async def test_what_was_known_and_the_events_make_what_a_fresh_client_fetches(
    tab, aiko, ben, chiyo, act
):
    world = await in_database(World, aiko, ben, chiyo)
    before, cursor = await in_database(lambda: (fetched(aiko), log.cursor()))
    assert before[1] == len(before[0]) == 5
    socket, _ = await tab(aiko)
    await in_database(ACTS[act], world)
    await in_database(tell_of_moderation, aiko, "the last")
    after = await in_database(fetched, aiko)
    live = []
    while not live or "the last" not in str(live[-1]):
        live.append(await socket.receive())
    assert applied(before, live) == after
    token = await in_database(token_of, aiko)
    missed, count = await replayed(token, cursor)
    assert (applied(before, missed), count) == (after, after[1])
    # And one that has nothing, but the log from before the first of them.
    everything, _ = await replayed(token, world.origin)
    assert applied(({}, 0), everything) == after


GONE = {
    "its post": lambda row: row.post.delete(),
    "its comment": lambda row: row.comment.delete(),
    "a block, though it ended": lambda row: Block.objects.create(
        blocker=row.recipient, blocked=row.actor
    ).delete(),
    "by hand": lambda row: row.delete(),
}


@pytest.mark.parametrize("by", GONE)
@pytest.mark.parametrize("hub", [running_hub, nullcontext])
async def test_what_is_gone_is_not_told_again_from_memory_or_from_the_log(aiko, ben, by, hub):
    async with hub():
        cursor = await in_database(log.cursor)
        post = await in_database(create_post, aiko, "hello")
        await in_database(add_comment, ben, post.pk, "well")
        row = await in_database(newest, aiko)
        token = await in_database(token_of, aiko)
        told, _ = await replayed(token, cursor)
        assert [frame["type"] for frame in told].count("notification:new") == 1
        await in_database(GONE[by], row)
        told, count = await replayed(token, cursor)
        about = [frame for frame in told if frame["type"].startswith("notification:")]
        assert [frame["type"] for frame in about] == ["notification:read"]
        assert about[0]["payload"]["notificationIds"] == [str(row.pk)]
        assert count == 0

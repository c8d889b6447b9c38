"""The admin's list, and the command that counts again."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.actions import follow
from accounts.models import User
from notifications.models import Inbox, Notification
from notifications.rights import unread as unread_of_many
from posts.actions import create_post, like_post
from posts.models import Post
from tests.notifications.conftest import counts, exact, payloads, unread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(transactional_db):
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", password="a long password"))
    return browser


def recounted():
    out = StringIO()
    call_command("recount_unread", stdout=out)
    return out.getvalue().strip()


def test_counts_that_are_right_are_left_alone(aiko, ben):
    follow(ben, str(aiko.pk))
    assert recounted() == "All counts are right."
    assert counts(aiko) == [1]


def test_counts_that_are_wrong_are_put_right_and_told(aiko, ben, chiyo):
    for user in (ben, chiyo):
        follow(user, str(aiko.pk))
    Inbox.objects.update(unread=7)
    Notification.objects.bulk_create([Notification(recipient=ben, kind="like", cause="by hand")])
    assert recounted() == "2 wrong, now right."
    assert (unread(aiko), unread(ben), exact()) == (2, 1, 3)
    told = {"notificationIds": [], "userId": str(aiko.pk), "unreadCount": 2}
    assert payloads(aiko)[-1] == ("notification:read", told)
    assert recounted() == "All counts are right."


def test_the_counts_of_many_are_one_query(aiko, ben, chiyo, django_assert_num_queries):
    follow(ben, str(aiko.pk))
    everybody = [str(user.pk) for user in (aiko, ben, chiyo)]
    with django_assert_num_queries(1):
        found = unread_of_many(everybody)
    assert [found[user_id] for user_id in everybody] == [1, 0, 0]


def test_the_admin_lists_them_and_can_neither_add_nor_change_one(admin, aiko, ben):
    follow(ben, str(aiko.pk))
    row = Notification.objects.get()
    for query in ("", "?q=ben", "?kind__exact=follow"):
        page = admin.get(f"/admin/notifications/notification/{query}")
        assert page.status_code == 200
        assert str(row.pk) in page.content.decode()
    path = "/admin/notifications/notification"
    assert admin.get(f"{path}/add/").status_code == 403
    assert admin.post(f"{path}/{row.pk}/change/", {"text": "x"}).status_code == 403


def test_the_admin_can_still_delete_what_was_told_of(admin, aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    follow(ben, str(aiko.pk))
    form = {"action": "delete_selected", "_selected_action": post.pk, "post": "yes"}
    assert admin.post("/admin/posts/post/", form).status_code == 302
    assert not Post.objects.exists()
    # What was told of the post goes with it; that a moderator took it is told.
    assert counts(aiko) == [1, 2, 1, 2]
    form["_selected_action"] = Notification.objects.get(kind="follow").pk
    assert admin.post("/admin/notifications/notification/", form).status_code == 302
    assert (counts(aiko)[-1], exact()) == (1, 1)

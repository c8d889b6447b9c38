"""Django's admin: it lists, finds, edits, adds and deletes, and what it saves is live."""

import pytest
from django.test import Client

from accounts.models import User
from posts.actions import add_comment, create_post
from posts.models import Comment, Post
from realtime.events import Close
from tests.api import entries, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin():
    root = User.objects.create_superuser("root", password="a long password")
    browser = Client()
    browser.force_login(root)
    return browser


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.mark.parametrize(
    "path", ["accounts/user", "accounts/follow", "posts/post", "posts/comment"]
)
def test_every_list_is_there_and_can_be_searched(admin, aiko, path):
    post = create_post(aiko, "hello")
    add_comment(aiko, post.pk, "well")
    for query in ("", "?q=aiko", "?q=nobody"):
        assert admin.get(f"/admin/{path}/{query}").status_code == 200
    assert admin.get(f"/admin/{path}/add/").status_code == 200


def test_a_post_that_is_added_is_cleaned_parsed_and_told(admin, aiko):
    form = {"author": aiko.pk, "body": " hello\r\n#Tag ", "visibility": "public"}
    answer = admin.post("/admin/posts/post/add/", form)
    assert answer.status_code == 302, answer.content
    post = Post.objects.get()
    assert (post.body, post.hashtags) == ("hello\n#Tag", ["tag"])
    ((kind, payload),) = told()
    assert (kind, payload["post"]["author"]["username"]) == ("post:created", "aiko")


def test_a_post_that_is_edited_and_one_that_is_deleted_are_told(admin, aiko):
    post = create_post(aiko, "hello")
    form = {"author": aiko.pk, "body": "bye", "visibility": "followers"}
    assert admin.get(f"/admin/posts/post/{post.pk}/change/").status_code == 200
    admin.post(f"/admin/posts/post/{post.pk}/change/", form)
    assert [kind for kind, _ in told()][1:] == ["post:deleted", "post:updated"]
    admin.post(f"/admin/posts/post/{post.pk}/delete/", {"post": "yes"})
    kind, payload = told()[-1]
    assert (kind, payload["reason"]) == ("post:deleted", "moderation")
    assert not Post.objects.exists()


def test_what_counts_and_audience_hang_on_is_fixed_once_it_is_there(admin, aiko):
    ben = person("ben")
    here, there = create_post(aiko, "here"), create_post(ben, "there")
    comment = add_comment(aiko, here.pk, "hm")
    form = {"author": ben.pk, "post": there.pk, "body": "hm!"}
    assert admin.post(f"/admin/posts/comment/{comment.pk}/change/", form).status_code == 302
    form = {"author": ben.pk, "body": "here!", "visibility": "public"}
    assert admin.post(f"/admin/posts/post/{here.pk}/change/", form).status_code == 302
    comment = Comment.objects.get()
    assert (comment.body, comment.author, comment.post) == ("hm!", aiko, here)
    assert (comment.post.body, comment.post.author) == ("here!", aiko)


def test_the_admin_leads_to_the_settings_for_ones_own_password(admin):
    assert admin.get("/admin/password_change/").headers["Location"] == "/settings/"
    assert admin.get("/admin").headers["Location"] == "/admin/"


def test_an_empty_post_is_refused_in_the_form(admin, aiko):
    form = {"author": aiko.pk, "body": " \r\n ", "visibility": "public"}
    assert admin.post("/admin/posts/post/add/", form).status_code == 200
    assert not Post.objects.exists()


def test_the_bulk_action_deletes_counts_and_tells(admin, aiko):
    post = create_post(aiko, "hello")
    comments = [add_comment(aiko, post.pk, str(n)) for n in range(3)]
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in comments[:2]]}
    answer = admin.post("/admin/posts/comment/", {**chosen, "post": "yes"})
    assert answer.status_code == 302
    assert list(Comment.objects.all()) == comments[2:]
    assert Post.objects.get().comment_count == 1
    gone = [payload for kind, payload in told() if kind == "comment:deleted"]
    assert [payload["reason"] for payload in gone] == ["moderation", "moderation"]


def test_a_user_is_added_edited_and_deactivated(admin, aiko):
    form = {"username": "Ben", "password1": "a long password", "password2": "a long password"}
    form["usable_password"] = "true"
    assert admin.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.get(username="Ben").display_name == "Ben"
    path = f"/admin/accounts/user/{aiko.pk}/change/"
    assert admin.get(path).status_code == 200
    form = {
        "username": "aiko",
        "display_name": "愛子",
        "show_presence": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00",
    }
    assert admin.post(path, form).status_code == 302
    aiko.refresh_from_db()
    assert (aiko.display_name, aiko.is_active) == ("愛子", False)
    effects = [effect for entry in entries() for effect in entry.effects]
    assert effects == [Close(code=4003, user=str(aiko.pk))]


def test_a_name_that_is_taken_in_another_spelling_is_refused_in_the_form(admin, aiko):
    form = {"username": "AIKO", "password1": "a long password", "password2": "a long password"}
    form["usable_password"] = "true"
    assert admin.post("/admin/accounts/user/add/", form).status_code == 200
    assert User.objects.count() == 2


def test_a_deleted_users_posts_are_told_and_all_who_followed_are_let_go(admin, aiko):
    create_post(aiko, "hello")
    chosen = {"action": "delete_selected", "_selected_action": [aiko.pk], "post": "yes"}
    assert admin.post("/admin/accounts/user/", chosen).status_code == 302
    assert [kind for kind, _ in told()] == ["post:created", "post:deleted", ""]
    assert not User.objects.filter(username="aiko").exists()

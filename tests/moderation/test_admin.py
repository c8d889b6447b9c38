"""The moderators' desk: the queue, one or many at a time, always with a reason; and no more."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from moderation.actions import report_comment, report_post
from moderation.admin_actions import MAX_AT_ONCE
from moderation.groups import NAME
from moderation.models import Case, Decision
from posts.actions import add_comment, create_post
from posts.models import Comment, Post
from tests.api import person, told
from tests.moderation.conftest import chosen, confirmed

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/moderation/case/"


@pytest.fixture
def reported(aiko, ben, chiyo):
    """A post with two reports and a comment with one, both of aiko's."""
    post = create_post(aiko, "<b>buy</b> this")
    comment = add_comment(aiko, post.pk, "and that")
    report_post(ben, post.pk, "Spam <i>again</i>.")
    report_post(chiyo, post.pk, "Off topic.")
    report_comment(ben, comment.pk, "Rude.")
    return Case.objects.get(post=post), Case.objects.get(comment=comment)


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def said(browser):
    """What the admin says after it has done something."""
    return [str(m) for m in browser.get(QUEUE).context["messages"]]


def test_the_queue_has_a_row_for_each_thing_with_its_count_and_reasons(desk, reported):
    page = text(desk.get(QUEUE))
    cases = desk.get(QUEUE).context["cl"].result_list
    assert [(case.text, case.open_count) for case in cases] == [
        ("and that", 1),
        ("<b>buy</b> this", 2),
    ]
    assert "Off topic." in page and "Rude." in page
    assert "&lt;b&gt;buy&lt;/b&gt;" in page and "<b>buy" not in page
    assert "Spam &lt;i&gt;again" in page


def test_it_shows_open_ones_until_others_are_asked_for(desk, reported, mod):
    post, comment = reported
    desk.post(QUEUE, confirmed("dismiss", post))

    def listed(query):
        return set(desk.get(f"{QUEUE}{query}").context["cl"].result_list)

    assert listed("") == {comment}
    assert listed("?state=decided") == {post}
    assert listed("?state=all") == {post, comment}
    assert listed("?state=all&kind=post") == {post}
    assert listed("?kind=comment") == {comment}
    assert listed("?state=all&q=buy") == {post}


def test_its_own_page_has_the_text_in_context_and_all_that_was_said_and_decided(desk, reported):
    post, comment = reported
    desk.post(QUEUE, confirmed("warn", post, reason="First warning."))
    page = text(desk.get(f"{QUEUE}{comment.pk}/change/"))
    for expected in ("and that", "&lt;b&gt;buy", "Rude.", "First warning.", 'href="/posts/'):
        assert expected in page
    assert 'name="action" value="moderate_hide"' in page
    assert 'name="_save"' not in page
    Post.objects.get().delete()
    assert "and that" in text(desk.get(f"{QUEUE}{comment.pk}/change/"))


def test_an_action_asks_for_a_reason_before_anything_is_done(desk, reported):
    for form in (chosen("hide", *reported), confirmed("hide", *reported, reason=" ")):
        page = text(desk.post(QUEUE, form))
        assert 'name="reason"' in page
        assert "&lt;b&gt;buy" in page
        for case in reported:
            assert f'value="{case.pk}"' in page
    assert not Post.objects.get().is_hidden
    assert not Decision.objects.exists()


def test_many_are_decided_at_once_each_with_its_own_event_and_row(desk, reported):
    before = len(told())
    assert desk.post(QUEUE, confirmed("hide", *reported)).status_code == 302
    assert sorted(kind for kind, _ in told()[before:]) == ["comment:deleted", "post:deleted"]
    assert {(row.action, row.reason) for row in Decision.objects.all()} == {
        ("hide", "Against the rules.")
    }
    assert Decision.objects.count() == 2
    assert said(desk) == ["2 decided."]
    desk.post(f"{QUEUE}?state=all", confirmed("hide", *reported))
    assert said(desk) == ["2 were so already, or are gone."]


@pytest.mark.parametrize("path", ["posts/post", "posts/comment"])
def test_posts_and_comments_are_decided_about_in_their_own_lists(desk, aiko, path):
    post = create_post(aiko, "hello")
    row = post if path == "posts/post" else add_comment(aiko, post.pk, "well")
    table, url = type(row).objects, f"/admin/{path}/"
    desk.post(url, confirmed("hide", row))
    assert table.get().is_hidden
    assert text(desk.get(f"{url}?hidden_at__isempty=0")).count("action-checkbox-column") > 0
    desk.post(url, confirmed("restore", row))
    assert not table.get().is_hidden
    desk.post(url, confirmed("delete", row))
    assert not table.exists()
    desk_says = [row.action for row in Decision.objects.all()]
    assert desk_says == ["delete", "restore", "hide"]


def test_users_are_warned_suspended_banned_and_let_back_in_from_their_list(desk, aiko):
    url = "/admin/accounts/user/"
    assert 'name="hours"' in text(desk.post(url, chosen("suspend", aiko)))
    assert "hours" in desk.post(url, confirmed("suspend", aiko)).context["form"].errors
    desk.post(url, confirmed("suspend", aiko, hours="72"))
    length = Decision.objects.get().until - Decision.objects.get().created_at
    assert round(length.total_seconds() / 3600) == 72
    assert User.objects.get(pk=aiko.pk).is_suspended
    desk.post(url, confirmed("ban", aiko))
    assert not User.objects.get(pk=aiko.pk).is_active
    desk.post(url, confirmed("lift", aiko))
    assert not User.objects.get(pk=aiko.pk).is_suspended
    desk.post(url, confirmed("warn", aiko))
    assert [row.action for row in Decision.objects.all()] == ["warn", "lift", "ban", "suspend"]


def test_what_is_not_theirs_to_decide_is_refused_and_the_rest_is_done(desk, mod, aiko):
    own, other = create_post(mod, "mine"), create_post(aiko, "hello")
    desk.post("/admin/posts/post/", confirmed("hide", own, other))
    assert said(desk) == ["1 decided.", "1 is not for you to decide."]
    assert list(Post.objects.filter(hidden_at=None)) == [own]


def test_no_more_are_decided_at_once_than_one_can_look_at(desk, aiko, monkeypatch):
    monkeypatch.setattr("moderation.admin_actions.MAX_AT_ONCE", 2)
    assert MAX_AT_ONCE == 100
    posts = [create_post(aiko, str(number)) for number in range(3)]
    desk.post("/admin/posts/post/", confirmed("hide", *posts))
    assert said(desk) == ["Choose at most 2 at once."]
    assert not Decision.objects.exists()


def test_the_group_has_these_rights_and_no_other():
    rights = Group.objects.get(name=NAME).permissions.all()
    assert {f"{one.content_type.app_label}.{one.codename}" for one in rights} == {
        "moderation.moderate",
        "moderation.view_case",
        "moderation.view_decision",
        "posts.view_post",
        "posts.view_comment",
        "accounts.view_user",
    }


def test_moderators_change_nothing_and_see_no_hash_and_no_address(desk, mod, aiko):
    aiko.email = "aiko@example.org"
    aiko.save()
    post = create_post(aiko, "hello")
    comment = add_comment(aiko, post.pk, "well")
    for path in (f"posts/post/{post.pk}", f"posts/comment/{comment.pk}"):
        assert desk.get(f"/admin/{path}/change/").status_code == 200
        assert desk.post(f"/admin/{path}/change/", {"body": "mine"}).status_code == 403
        assert desk.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    page = text(desk.get(f"/admin/accounts/user/{aiko.pk}/change/"))
    assert "aiko" in page
    for secret in ("aiko@example.org", "md5", "algorithm", "is_superuser"):
        assert secret not in page
    assert not desk.get("/admin/accounts/user/?q=example.org").context["cl"].result_list
    own = f"/admin/accounts/user/{mod.pk}"
    assert desk.post(f"{own}/change/", {"is_superuser": "on"}).status_code == 403
    assert desk.post(f"{own}/password/", {}).status_code == 403
    for path in ("posts/post/add", "accounts/user/add", "auth/group", "accounts/follow"):
        assert desk.get(f"/admin/{path}/").status_code == 403
    # Django's own bulk deletion is not among the actions.
    desk.post("/admin/posts/post/", {**chosen("x", post), "action": "delete_selected"})
    assert Post.objects.get().body == "hello"
    assert Comment.objects.get().body == "well"
    mod.refresh_from_db()
    assert not mod.is_superuser


@pytest.mark.parametrize("rights", [(), ("view_case", "view_post", "view_user")])
def test_who_is_no_moderator_sees_or_does_nothing(aiko, reported, rights):
    staff = person("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    browser = Client()
    browser.force_login(staff)
    status = 200 if rights else 403
    for url, rows in ((QUEUE, reported), ("/admin/posts/post/", [reported[0].post])):
        answer = browser.get(url)
        assert answer.status_code == status
        assert b"moderate_" not in answer.content
        browser.post(url, confirmed("hide", *rows))
    browser.post("/admin/accounts/user/", confirmed("ban", aiko))
    assert not Decision.objects.exists()
    assert not Post.objects.get().is_hidden
    stranger = Client()
    stranger.force_login(aiko)
    assert stranger.post(QUEUE, confirmed("hide", *reported)).status_code == 302
    assert not Decision.objects.exists()


def test_the_log_of_decisions_is_read_only_for_a_superuser_too(root, desk, aiko):
    desk.post("/admin/accounts/user/", confirmed("warn", aiko))
    row = Decision.objects.get()
    path = f"/admin/moderation/decision/{row.pk}"
    for browser in (desk, Client()):
        if browser is not desk:
            browser.force_login(root)
        assert "Against the rules." in text(browser.get(f"{path}/change/"))
        assert "mod" in text(browser.get("/admin/moderation/decision/?q=rules"))
        assert browser.post(f"{path}/change/", {"reason": "x"}).status_code == 403
        assert browser.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
        assert browser.get("/admin/moderation/decision/add/").status_code == 403
        bulk = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        browser.post("/admin/moderation/decision/", bulk)
    assert Decision.objects.get().reason == "Against the rules."


def test_what_a_superuser_deletes_by_djangos_own_form_is_in_the_log(root, aiko, reported):
    browser = Client()
    browser.force_login(root)
    comment = Comment.objects.get()
    browser.post(f"/admin/posts/comment/{comment.pk}/delete/", {"post": "yes"})
    bulk = {"action": "delete_selected", "_selected_action": [reported[0].post.pk], "post": "yes"}
    browser.post("/admin/posts/post/", bulk)
    assert not Post.objects.exists()
    assert [row.text for row in Decision.objects.all()] == ["<b>buy</b> this", "and that"]
    assert not Case.objects.filter(is_open=True).exists()


def test_a_user_who_was_reported_and_has_reported_can_be_deleted(root, reported, aiko, ben):
    browser = Client()
    browser.force_login(root)
    for user in (ben, aiko):
        browser.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk__in=[aiko.pk, ben.pk]).exists()
    assert not Case.objects.exists()


def test_the_queue_takes_the_same_few_queries_however_long_it_is(
    desk, aiko, ben, django_assert_max_num_queries
):
    for number in range(12):
        report_post(ben, create_post(aiko, str(number)).pk, "Spam.")
    with django_assert_max_num_queries(12):
        desk.get(QUEUE)

"""What moderators decide: done, written down, closed and told together; and who may."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from moderation import telling
from moderation.actions import report_post
from moderation.decisions import decide
from moderation.ledger import AppendOnly
from moderation.models import Action, Case, Decision, Report
from notifications.models import Notification
from notifications.site_words import SiteWords
from posts.actions import add_comment, create_post
from posts.models import Comment, Post
from realtime import log
from realtime.errors import Forbidden
from realtime.events import Close
from tests.api import entries, person, told

pytestmark = pytest.mark.django_db(transaction=True)

#: In milliseconds, which is what every database keeps.
UNTIL = log.now() + timedelta(days=1)


@pytest.fixture
def case(aiko, ben, chiyo):
    """A post of aiko's that ben and chiyo have reported."""
    post = create_post(aiko, "buy this")
    report_post(ben, post.pk, "Spam.")
    report_post(chiyo, post.pk, "Off topic.")
    return Case.objects.get()


def words_to(user):
    """What a user was told by the site, the newest first: the lines of each."""
    rows = Notification.objects.filter(recipient=user, kind="moderation")
    return [row.text.split("\n") for row in rows]


def test_a_decision_is_done_written_closed_and_told(case, mod, aiko, ben, chiyo):
    decision = decide(mod, Action.HIDE, case, reason="  We sell nothing here. ")
    assert Post.objects.get().is_hidden
    assert not Case.objects.get().is_open
    assert set(Report.objects.values_list("decision", flat=True)) == {decision.pk}
    row = Decision.objects.get()
    assert (row.action, row.subject, row.text) == ("hide", case.subject, "buy this")
    assert (row.moderator_id, row.moderator_name) == (mod.pk, "mod")
    assert (row.author_id, row.author_name) == (aiko.pk, "aiko")
    assert (row.reason, row.report_count, row.until) == ("We sell nothing here.", 2, None)
    assert words_to(aiko) == [[SiteWords.HIDDEN, "“buy this”", "We sell nothing here."]]
    assert words_to(ben) == words_to(chiyo) == [[SiteWords.ACTED, "“buy this”"]]


def test_nobody_is_told_any_name(case, mod, aiko, ben, chiyo):
    for action in (Action.WARN, Action.HIDE, Action.RESTORE, Action.DELETE):
        decide(mod, action, case, reason="Because.")
    rows = Notification.objects.filter(kind="moderation")
    assert rows.count() == 6
    for row in rows:
        assert row.actor is None
        assert not any(name in row.text for name in ("mod ", "ben", "chiyo", "aiko"))


def test_each_action_does_what_it_says(aiko, ben, mod):
    post = create_post(aiko, "hello")
    comment = add_comment(aiko, post.pk, "well")
    decide(mod, Action.HIDE, comment, reason="x")
    assert Comment.objects.get().is_hidden
    decide(mod, Action.RESTORE, comment, reason="x")
    assert not Comment.objects.get().is_hidden
    decide(mod, Action.DELETE, comment, reason="x")
    assert not Comment.objects.exists()
    assert told()[-1][1]["reason"] == "moderation"
    decide(mod, Action.SUSPEND, post, reason="x", until=UNTIL)
    assert User.objects.get(pk=aiko.pk).suspended_until == UNTIL
    decide(mod, Action.BAN, aiko, reason="x")
    assert not User.objects.get(pk=aiko.pk).is_active
    decide(mod, Action.LIFT, aiko, reason="x")
    aiko.refresh_from_db()
    assert (aiko.is_active, aiko.suspended_until) == (True, None)
    decide(mod, Action.DELETE, post, reason="x")
    assert told()[-1][1] == {**told()[-1][1], "postId": str(post.pk), "reason": "moderation"}
    assert [row.action for row in Decision.objects.all()][::-1] == [
        "hide",
        "restore",
        "delete",
        "suspend",
        "ban",
        "lift",
        "delete",
    ]
    suspension = Decision.objects.get(action="suspend")
    assert (suspension.until, suspension.subject) == (UNTIL, f"post:{post.pk}")
    said = [lines[0] for lines in words_to(aiko)][::-1]
    assert said == [
        SiteWords.HIDDEN,
        SiteWords.RESTORED,
        SiteWords.DELETED,
        SiteWords.SUSPENDED,
        SiteWords.BANNED,
        SiteWords.LIFTED,
        SiteWords.DELETED,
    ]
    closed = [one for entry in entries() for one in entry.effects if isinstance(one, Close)]
    assert closed == [Close(code=4003, user=str(aiko.pk))] * 2


def test_dismissed_reports_are_told_to_those_who_reported_alone(case, mod, aiko, ben):
    decide(mod, Action.DISMISS, case, reason="It is fine.")
    assert words_to(aiko) == []
    assert words_to(ben) == [[SiteWords.LET_STAND, "“buy this”"]]
    assert Notification.objects.get(recipient=ben).post == case.post
    assert not Case.objects.get().is_open


def test_what_is_so_already_or_gone_writes_nothing(case, mod, aiko):
    assert decide(mod, Action.HIDE, case, reason="x") is not None
    before = len(entries()), Notification.objects.count()
    assert decide(mod, Action.HIDE, case, reason="x") is None
    assert decide(mod, Action.DISMISS, case, reason="x") is None
    assert decide(mod, Action.LIFT, aiko, reason="x") is None
    post = Post.objects.get()
    post.delete()
    for action in (Action.HIDE, Action.RESTORE, Action.DELETE):
        assert decide(mod, action, case, reason="x") is None
        assert decide(mod, action, post, reason="x") is None
    assert Decision.objects.count() == 1
    assert (len(entries()) - 1, Notification.objects.count()) == before
    # Its author is still there to be warned, of the text as it was.
    assert decide(mod, Action.WARN, case, reason="x").text == "buy this"


def test_a_decision_that_cannot_be_told_is_not_made(case, mod, monkeypatch):
    before = len(entries())

    def breaks(*args):
        raise RuntimeError

    monkeypatch.setattr(telling, "tell", breaks)
    with pytest.raises(RuntimeError):
        decide(mod, Action.HIDE, case, reason="x")
    assert not Post.objects.get().is_hidden
    assert Case.objects.get().is_open
    assert not Decision.objects.exists()
    assert len(entries()) == before


def test_only_moderators_decide(case, aiko, root):
    staff = person("staff", is_staff=True)
    for user in (aiko, staff):
        with pytest.raises(Forbidden):
            decide(user, Action.HIDE, case, reason="x")
    assert Case.objects.get().is_open
    assert decide(root, Action.HIDE, case, reason="x")


def test_nobody_judges_themselves_and_moderators_touch_no_staff(case, mod, root):
    other = person("mod2", is_staff=True)
    own, theirs = create_post(mod, "mine"), create_post(other, "theirs")
    for action, target in (
        (Action.HIDE, own),
        (Action.BAN, mod),
        (Action.WARN, theirs),
        (Action.SUSPEND, other),
        (Action.BAN, root),
    ):
        with pytest.raises(Forbidden):
            decide(mod, action, target, reason="x", until=UNTIL)
    with pytest.raises(Forbidden):
        decide(root, Action.BAN, root, reason="x")
    assert decide(mod, Action.HIDE, theirs, reason="x")
    assert decide(root, Action.BAN, other, reason="x")
    assert Decision.objects.count() == 2


@pytest.fixture
def decision(aiko, mod):
    return decide(mod, Action.WARN, aiko, reason="Be kind.")


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: Decision.objects.update(reason="x"),
        lambda row: Decision.objects.all().delete(),
        lambda row: Decision._base_manager.all().delete(),
        lambda row: Decision._base_manager.update(reason="x"),
        lambda row: Decision.objects.bulk_update([row], ["reason"]),
        lambda row: Decision.objects.update_or_create(pk=row.pk, defaults={"reason": "x"}),
        lambda row: Decision.objects.bulk_create(
            [row], update_conflicts=True, update_fields=["reason"], unique_fields=["id"]
        ),
    ],
)
def test_what_was_decided_is_never_changed(decision, change):
    decision.reason = "x"
    with pytest.raises(AppendOnly):
        change(decision)
    assert Decision.objects.get().reason == "Be kind."


@pytest.mark.parametrize("change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_it(decision, change):
    if change.startswith("DELETE") and connection.vendor == "sqlite":
        pytest.skip("Django empties the tables of SQLite by DELETE")
    if connection.vendor == "mongodb":
        pytest.skip("MongoDB refuses nothing: there the model is all there is")
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as sql,
    ):
        sql.execute(change.format(Decision._meta.db_table))
    assert Decision.objects.get().reason == "Be kind."


def test_it_outlives_everybody_it_is_about(decision, aiko, mod):
    aiko.delete()
    mod.delete()
    row = Decision.objects.get()
    assert (row.author_name, row.moderator_name) == ("aiko", "mod")

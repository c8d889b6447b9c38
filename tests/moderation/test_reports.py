"""Readers report; each thing is one row of the queue, however many report it."""

import json

import pytest
from django.test import Client

from accounts.actions import block
from moderation import actions
from moderation.decisions import decide
from moderation.models import Action, Case, Report
from posts.actions import add_comment, create_post
from tests.api import Api, at_once, entries, error, person

pytestmark = pytest.mark.django_db(transaction=True)

WHY = {"reason": "It is spam."}


def test_a_report_is_taken_once_per_reader(aiko, ben):
    post = create_post(aiko, "buy this")
    path, api = f"/api/posts/{post.pk}/report", Api(ben)
    before = len(entries())
    answer = api.post(path, WHY)
    assert (answer.status_code, answer.content) == (202, b"")
    assert api.post(f"{path}/", {"reason": "Again!"}).status_code == 202
    report = Report.objects.get()
    assert (report.reason, report.reporter, report.case.author) == ("It is spam.", ben, aiko)
    assert (report.case.post, report.case.text, report.case.is_open) == (post, "buy this", True)
    # It is news to nobody.
    assert len(entries()) == before


def test_many_reports_of_one_thing_are_one_row_of_the_queue(aiko):
    post = create_post(aiko, "buy this")
    readers = [Api(person(f"reader{n}")) for n in range(6)]
    answers = at_once(
        [lambda api=api: api.post(f"/api/posts/{post.pk}/report", WHY) for api in readers]
    )
    assert {answer.status_code for answer in answers} == {202}
    assert Case.objects.count() == 1
    assert Report.objects.count() == 6


def test_a_click_that_comes_twice_at_once_is_one_report(aiko, ben):
    post = create_post(aiko, "buy this")
    api = Api(ben)
    answers = at_once([lambda: api.post(f"/api/posts/{post.pk}/report", WHY)] * 4)
    assert {answer.status_code for answer in answers} == {202}
    assert Report.objects.count() == 1


def test_a_comment_is_reported_like_a_post(aiko, ben):
    comment = add_comment(aiko, create_post(ben, "hello").pk, "rude")
    assert Api(ben).post(f"/api/comments/{comment.pk}/report", WHY).status_code == 202
    case = Case.objects.get()
    assert (case.subject, case.comment, case.author) == (f"comment:{comment.pk}", comment, aiko)


@pytest.mark.parametrize("kind", ["post", "comment"])
def test_of_what_goes_while_it_is_reported_no_case_is_made(aiko, ben, monkeypatch, kind):
    """Nobody could ever close it: the queue would show what is not there."""
    post = create_post(aiko, "buy this")
    thing = post if kind == "post" else add_comment(aiko, post.pk, "buy that")
    look = getattr(actions, f"visible_{kind}")

    def look_and_lose(*given):
        found = look(*given)
        monkeypatch.setattr(actions, f"visible_{kind}", look)
        type(thing).objects.get(pk=thing.pk).delete()
        return found

    monkeypatch.setattr(actions, f"visible_{kind}", look_and_lose)
    answer = Api(ben).post(f"/api/{kind}s/{thing.pk}/report", WHY)
    assert error(answer) == (404, "not_found")
    assert not Case.objects.exists()


def test_nobody_reports_themselves(aiko):
    post = create_post(aiko, "hello")
    comment = add_comment(aiko, post.pk, "well")
    for path in (f"/api/posts/{post.pk}/report", f"/api/comments/{comment.pk}/report"):
        assert error(Api(aiko).post(path, WHY)) == (400, "invalid")
    assert not Case.objects.exists()


def test_what_one_may_not_know_of_cannot_be_reported_whatever_is_sent(aiko, ben, chiyo):
    psst, post = create_post(aiko, "psst", "followers"), create_post(aiko, "hello")
    comment = add_comment(chiyo, post.pk, "well")
    hidden = create_post(aiko, "hidden")
    hidden.hide()
    block(ben, str(chiyo.pk))
    for path in (
        f"posts/{psst.pk}",
        f"posts/{hidden.pk}",
        "posts/1",
        f"comments/{comment.pk}",
        f"comments/{post.pk}",
    ):
        for body in (WHY, {}):
            assert error(Api(ben).post(f"/api/{path}/report", body)) == (404, "not_found")
    assert error(Api().post(f"/api/posts/{post.pk}/report", WHY)) == (401, "unauthenticated")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1_001, "a\x00", 7, None])
def test_a_reason_is_plain_text_of_1_to_1000_characters(aiko, ben, reason):
    post = create_post(aiko, "hello")
    answer = Api(ben).post(f"/api/posts/{post.pk}/report", {"reason": reason})
    assert error(answer) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == ["reason"]
    assert not Report.objects.exists()


def test_a_reason_is_kept_as_all_plain_text_is(aiko, ben):
    post = create_post(aiko, "hello")
    reason = " " + "x" * 998 + "\r\ne\u0301"
    assert Api(ben).post(f"/api/posts/{post.pk}/report", {"reason": reason}).status_code == 202
    assert Report.objects.get().reason == "x" * 998 + "\né"


def test_an_idempotency_key_gets_the_first_answer_again(aiko, ben):
    post, other = create_post(aiko, "one"), create_post(aiko, "two")
    api = Api(ben)
    first = api.post(f"/api/posts/{post.pk}/report", WHY, idempotency_key="k")
    again = api.post(f"/api/posts/{post.pk}/report", WHY, idempotency_key="k")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.post(f"/api/posts/{other.pk}/report", WHY, idempotency_key="k")
    assert error(other) == (422, "key_reused")


def test_the_text_stays_in_the_queue_when_its_author_deletes_it(aiko, ben):
    post = create_post(aiko, "something bad")
    Api(ben).post(f"/api/posts/{post.pk}/report", WHY)
    post.delete()
    case = Case.objects.get()
    assert (case.thing, case.text, case.is_open) == (None, "something bad", True)


def test_a_report_after_the_decision_opens_the_case_again(aiko, ben, chiyo, mod):
    post = create_post(aiko, "hello")
    Api(ben).post(f"/api/posts/{post.pk}/report", WHY)
    decide(mod, Action.DISMISS, Case.objects.get(), reason="It is fine.")
    assert not Case.objects.get().is_open
    Api(ben).post(f"/api/posts/{post.pk}/report", {"reason": "But!"})
    assert not Case.objects.get().is_open
    Api(chiyo).post(f"/api/posts/{post.pk}/report", WHY)
    assert Case.objects.get().is_open


def test_the_description_of_the_api_has_both(db):
    schema = json.loads(Client().get("/api/schema").content)
    for path in ("/api/posts/{post_id}/report", "/api/comments/{comment_id}/report"):
        operation = schema["paths"][path]["post"]
        assert sorted(operation["responses"]) == ["202", "4XX"]
        assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
    reason = schema["components"]["schemas"]["ReportInput"]["properties"]["reason"]
    assert (reason["type"], reason["maxLength"]) == ("string", 1_000)


@pytest.mark.parametrize("kind", ["posts", "comments"])
def test_the_page_reports_without_javascript(aiko, ben, kind):
    post = create_post(aiko, "buy this")
    comment = add_comment(aiko, post.pk, "and that")
    path = f"/{kind}/{post.pk if kind == 'posts' else comment.pk}/report/"
    browser = Client()
    browser.force_login(ben)
    page = browser.get(path)
    assert page.status_code == 200
    assert b"What is wrong with it?" in page.content
    assert browser.post(path, {"reason": "  "}).status_code == 400
    assert browser.post(path, {"reason": "Spam."}).headers["Location"] == path
    assert b"A moderator will look at it" in browser.get(path).content
    assert Report.objects.get().reason == "Spam."
    browser.force_login(aiko)
    assert browser.get(path).status_code == 403
    assert browser.get(f"/{kind}/1/report/").status_code == 404

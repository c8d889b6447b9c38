"""Idempotency-Key: the first answer again, and nothing written twice, whatever happens between."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from posts import actions
from posts.actions import create_post
from posts.models import Like, Post
from realtime.errors import RateLimited
from realtime.models import IdempotencyKey
from realtime.rest import idempotency
from realtime.transactions import Conflict
from tests.api import Api, at_once, entries, error, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api():
    return Api(person("aiko"))


def say(api, body="hello", key="k", path="/api/posts"):
    return api.post(path, {"body": body}, idempotency_key=key)


def test_the_same_request_again_gets_the_first_answer_and_writes_nothing(api):
    first, second = say(api), say(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Content-Type"] == "application/json"
    assert Post.objects.count() == 1
    assert len(told()) == 1


def test_the_events_of_a_write_carry_its_key_and_those_of_others_none(api):
    say(api, key="my-own-key")
    api.post("/api/posts", {"body": "hello"})
    assert [entry.op for entry in entries()] == ["my-own-key", None]


def test_a_slash_at_the_end_is_the_same_path(api):
    say(api)
    assert say(api, path="/api/posts/").status_code == 201
    assert Post.objects.count() == 1


def test_the_answer_again_is_the_first_one_even_when_things_have_changed(api):
    post = create_post(person("ben"), "hello")
    path = f"/api/posts/{post.pk}/like"
    first = api.post(path, idempotency_key="k").json()
    api.delete(path)
    assert api.post(path, idempotency_key="k").json() == first
    assert not Like.objects.exists()


def test_an_answer_without_a_body_comes_again_without_one(api):
    post = create_post(api.user, "hello")
    for _ in range(2):
        answer = api.delete(f"/api/posts/{post.pk}", idempotency_key="k")
        assert (answer.status_code, answer.content) == (204, b"")


def test_a_key_for_something_else_is_refused(api):
    post = create_post(api.user, "hello")
    path = f"/api/posts/{post.pk}/comments"
    api.post(path, {"body": "hello"}, idempotency_key="k")
    assert error(api.post(path, {"body": "bye"}, idempotency_key="k")) == (422, "key_reused")
    assert error(say(api)) == (422, "key_reused")
    row = Post.objects.get()
    assert (row.comment_count, row.version) == (1, 2)


def test_a_like_and_its_end_are_not_the_same_write(api):
    path = f"/api/posts/{create_post(api.user, 'hello').pk}/like"
    api.post(path, idempotency_key="k")
    assert error(api.delete(path, idempotency_key="k")) == (422, "key_reused")


def test_a_key_is_its_users_own(api):
    say(api)
    assert say(Api(person("ben"))).json()["author"]["username"] == "ben"
    assert Post.objects.count() == 2


def test_of_many_at_once_one_writes_and_all_get_its_answer(api):
    answers = at_once([lambda: say(api)] * 10)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Post.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 65, "tab\tin it"])
def test_a_key_that_is_none_is_refused_and_nothing_is_written(api, key):
    assert error(say(api, key=key)) == (400, "invalid")
    assert not Post.objects.exists()


def test_a_key_may_have_sixty_four_characters(api):
    assert say(api, key="x" * 64).status_code == 201


def test_bad_input_and_what_is_not_there_are_answers_like_others(api):
    assert error(say(api, body=" ")) == (400, "invalid")
    assert error(say(api, body=" ")) == (400, "invalid")
    assert error(say(api, body="better")) == (422, "key_reused")
    path = "/api/posts/01a20bb4-9bf9-7371-89cc-d793b79e7509/like"
    for replayed in (None, "true"):
        answer = api.post(path, idempotency_key="other")
        assert error(answer) == (404, "not_found")
        assert answer.headers.get("Idempotency-Replayed") == replayed


def test_what_is_no_json_is_an_answer_too(api):
    for raw, status in ((b"{", 400), (b"{", 400), (b'{"body": "hello"}', 422)):
        answer = api.post("/api/posts", raw=raw, idempotency_key="k")
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (RateLimited("too fast", retry_after=3), 429),
        (OperationalError("the disk is slow"), 503),
    ],
)
def test_an_answer_that_another_try_may_change_is_not_kept(api, monkeypatch, wrong, status):
    def fail(*args, **kwargs):
        create_post(*args, **kwargs)
        raise wrong

    with monkeypatch.context() as broken:
        broken.setattr(actions, "create_post", fail)
        answer = say(api)
        assert answer.status_code == status
        assert int(answer.headers["Retry-After"]) >= 1
    assert not Post.objects.exists()
    assert say(api).status_code == 201
    assert Post.objects.count() == 1


def test_a_fault_of_ours_is_no_answer_to_keep(api, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    api.http.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(actions, "create_post", fail)
        answer = say(api)
    assert error(answer) == (500, "internal")
    assert b"ZeroDivision" not in answer.content
    assert say(api).status_code == 201


@pytest.fixture
def slow(monkeypatch):
    """A write stays inside its transaction until ``.set()``; ``.begun`` says that it is there."""
    go_on, begun = threading.Event(), threading.Event()
    go_on.begun = begun
    really = actions.edit_post

    def edit_post(*args, **kwargs):
        begun.set()
        assert go_on.wait(30)
        return really(*args, **kwargs)

    monkeypatch.setattr(actions, "edit_post", edit_post)
    return go_on


def in_background(job):
    results = []

    def run():
        try:
            results.append(job())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def result():
        thread.join(30)
        return results[0]

    return result


def test_a_second_request_waits_for_the_first_ones_answer(api, slow, monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 30)
    path = f"/api/posts/{create_post(api.user, 'hello').pk}"
    edit = lambda: api.patch(path, {"body": "bye"}, idempotency_key="k")  # noqa: E731
    first = in_background(edit)
    assert slow.begun.wait(30)
    waits = threading.Event()
    look = idempotency._look

    def look_and_say_so(keyed):
        waits.set()
        return look(keyed)

    monkeypatch.setattr(idempotency, "_look", look_and_say_so)
    second = in_background(edit)
    assert waits.wait(30)
    slow.set()
    assert first().content == second().content
    assert second().headers["Idempotency-Replayed"] == "true"
    assert Post.objects.get().version == 2


def test_a_second_request_is_told_when_the_first_takes_long(api, slow, monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 0.2)
    path = f"/api/posts/{create_post(api.user, 'hello').pk}"
    first = in_background(lambda: api.patch(path, {"body": "bye"}, idempotency_key="k"))
    assert slow.begun.wait(30)
    assert error(api.patch(path, {"body": "bye"}, idempotency_key="k")) == (409, "in_progress")
    # The other use of the key is known at once, running or not.
    assert error(api.patch(path, {"body": "x"}, idempotency_key="k")) == (422, "key_reused")
    slow.set()
    assert first().status_code == 200
    # The 409 was not kept; the answer is.
    assert api.patch(path, {"body": "bye"}, idempotency_key="k").json() == first().json()


def crash_during(api, monkeypatch):
    """A request that dies in the middle of its write: no answer, no clean-up."""

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        create_post(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(actions, "create_post", die)
        with pytest.raises(Killed):
            say(api)


def test_a_crashed_first_request_wrote_nothing_and_blocks_only_for_a_while(api, monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 0.1)
    crash_during(api, monkeypatch)
    assert not Post.objects.exists()
    assert error(say(api)) == (409, "in_progress")
    IdempotencyKey.objects.update(claimed_at=timezone.now() - idempotency.LEASE)
    answers = at_once([lambda: say(api)] * 5)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Post.objects.count() == 1
    assert say(api).status_code == 201
    assert Post.objects.count() == 1


def test_of_two_who_find_the_same_crashed_claim_one_takes_it_over(api, monkeypatch):
    crash_during(api, monkeypatch)
    found = IdempotencyKey.objects.get()
    assert idempotency._take_over(found) is not None
    # The other one read the row before that, too.
    assert idempotency._take_over(found) is None


def test_who_was_thought_dead_and_comes_back_writes_nothing(api, slow, monkeypatch):
    """The claim was taken over meanwhile: the late one rolls back instead of writing twice."""
    path = f"/api/posts/{create_post(api.user, 'hello').pk}"
    edit = lambda: api.patch(path, {"body": "bye"}, idempotency_key="k")  # noqa: E731
    late = in_background(edit)
    assert slow.begun.wait(30)
    answer = idempotency.Claim.answer

    def answer_after_a_take_over(mine, kept):
        # As its own transaction finds it; another connection could not write now, on SQLite.
        IdempotencyKey.objects.update(claim="01a20bb4-9bf9-7371-89cc-d793b79e7509")
        answer(mine, kept)

    monkeypatch.setattr(idempotency.Claim, "answer", answer_after_a_take_over)
    slow.set()
    assert error(late()) == (409, "in_progress")
    assert Post.objects.get().body == "hello"
    assert [kind for kind, _ in told()] == ["post:created"]


def test_after_a_day_a_key_is_free_again_and_dead_ones_are_cleared(api):
    for n in range(15):
        say(api, body=str(n), key=f"old-{n}")
    IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.KEPT)
    assert say(api, body="another", key="old-14").status_code == 201
    assert Post.objects.count() == 16
    assert IdempotencyKey.objects.count() <= 15 - 10
    say(api, body="and another", key="new")
    assert IdempotencyKey.objects.count() == 2


def test_just_before_that_it_is_not(api):
    first = say(api)
    IdempotencyKey.objects.update(
        created_at=timezone.now() - idempotency.KEPT + timedelta(minutes=1)
    )
    assert say(api).content == first.content


def test_without_an_identity_there_is_no_key():
    body = {"username": "aiko", "password": "correct horse battery"}
    answer = Api().post("/api/auth/register", body, idempotency_key="k")
    assert answer.status_code == 201
    assert error(Api().post("/api/posts", {"body": "x"}, idempotency_key="k"))[0] == 401
    assert not IdempotencyKey.objects.exists()


def test_a_claim_that_met_another_is_looked_for_again(api, monkeypatch):
    """On MongoDB it is undone where elsewhere the key is there twice."""
    save, met = IdempotencyKey.save, []

    def meets_at_first(row, *args, **kwargs):
        if not met:
            met.append(row)
            raise Conflict("another was faster")
        save(row, *args, **kwargs)

    monkeypatch.setattr(IdempotencyKey, "save", meets_at_first)
    assert say(api).status_code == 201
    assert (len(met), Post.objects.count()) == (1, 1)

"""Django's own ``atomic()`` on MongoDB: what commits together, who waits, what is undone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, OperationFailure

from accounts.models import Login, User
from notifications.models import Inbox
from realtime.models import LogHead
from realtime.mongodb.rows import Found
from realtime.mongodb.sequence import following
from realtime.transactions import Conflict, atomic, in_one, retried

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds after which a thread of a test counts as stuck.
STUCK = 20


@pytest.fixture
def other():
    """Somebody with a connection of their own: runs one function after another."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda work: thread.submit(work)


@pytest.fixture
def ann():
    return User.objects.create(username="ann")


def name_of(user):
    return User.objects.get(pk=user.pk).first_name


def rename(user, name):
    User.objects.filter(pk=user.pk).update(first_name=name)


def test_nobody_else_sees_what_is_not_committed(ann, other):
    with atomic():
        rename(ann, "Ann")
        assert name_of(ann) == "Ann"
        assert other(lambda: name_of(ann)).result(STUCK) == ""
    assert other(lambda: name_of(ann)).result(STUCK) == "Ann"


def test_a_rollback_undoes_all(ann):
    with pytest.raises(RuntimeError), atomic():
        rename(ann, "Ann")
        User.objects.create(username="ben")
        raise RuntimeError
    assert (name_of(ann), User.objects.count()) == ("", 1)


def test_callbacks_run_after_the_commit_in_order_and_see_it(ann, other):
    seen = []
    with atomic():
        rename(ann, "Ann")
        transaction.on_commit(lambda: seen.append(other(lambda: name_of(ann)).result(STUCK)))
        with atomic():
            transaction.on_commit(lambda: seen.append("second"))
        assert seen == []
    assert seen == ["Ann", "second"]


def test_callbacks_do_not_run_after_a_rollback_nor_later(ann):
    seen = []
    with pytest.raises(RuntimeError), atomic():
        transaction.on_commit(lambda: seen.append("undone"))
        raise RuntimeError
    with atomic():
        rename(ann, "Ann")
    assert seen == []


def test_a_robust_callback_that_fails_keeps_nobody_from_theirs(ann):
    seen = []
    with atomic():
        transaction.on_commit(lambda: 1 / 0, robust=True)
        transaction.on_commit(lambda: seen.append("next"))
    assert seen == ["next"]


def duplicate():
    User.objects.create(username="ann")


def test_what_fails_inside_a_nested_block_undoes_the_whole(ann):
    with pytest.raises(TransactionManagementError), atomic():
        rename(ann, "Ann")
        with pytest.raises(RuntimeError), atomic():
            raise RuntimeError
        rename(ann, "Anna")
    assert name_of(ann) == ""


def test_an_error_of_the_database_that_was_caught_is_told_by_the_next_statement(ann):
    with pytest.raises(Conflict), atomic():
        with suppress(IntegrityError), atomic():
            duplicate()
        rename(ann, "Ann")
    assert name_of(ann) == ""


def test_an_error_of_the_database_that_was_caught_is_told_at_the_end_of_the_block(ann):
    """What was undone must not look as if it had been committed."""
    with pytest.raises(Conflict), atomic():
        rename(ann, "Ann")
        with suppress(IntegrityError), atomic():
            duplicate()
    assert name_of(ann) == ""
    with atomic():
        rename(ann, "Ann")
    assert name_of(ann) == "Ann"


def test_who_was_slower_to_make_a_row_finds_it_when_run_again(ann, other):
    """As the inboxes are made: look, make it, and look again when another was faster."""
    looked, times = threading.Event(), []

    def theirs():
        times.append(1)
        if not User.objects.filter(username_key="ben").exists():
            looked.set()
            assert made.wait(STUCK)
            with suppress(IntegrityError), atomic():
                User.objects.create(username="ben")
        rename(ann, "Ann")

    made = threading.Event()
    waiting = other(lambda: in_one(theirs))
    assert looked.wait(STUCK)
    User.objects.create(username="ben")
    made.set()
    waiting.result(STUCK)
    assert (name_of(ann), len(times)) == ("Ann", 2)


def test_an_error_that_leaves_the_block_is_the_one_that_is_raised(ann):
    with pytest.raises(IntegrityError), atomic(), atomic():
        duplicate()


def test_who_has_only_read_waits_for_a_row_and_then_sees_what_was_done(ann, other):
    """As a statement on PostgreSQL would; also where the lock is an update that changes nothing."""
    begun = threading.Event()

    def theirs():
        with atomic():
            assert name_of(ann) == ""
            begun.set()
            User.objects.lock(ann.pk)
            return name_of(ann)

    with atomic():
        User.objects.lock(ann.pk)
        waiting = other(theirs)
        assert begun.wait(STUCK)
        rename(ann, "Ann")
    assert waiting.result(STUCK) == "Ann"


def test_who_has_written_and_meets_another_is_undone_and_told_so(ann, other):
    ben = User.objects.create(username="ben")

    def theirs():
        with atomic():
            rename(ben, "Ben")
            rename(ann, "theirs")

    with atomic():
        rename(ann, "Ann")
        with pytest.raises(Conflict):
            other(theirs).result(STUCK)
    assert (name_of(ann), name_of(ben)) == ("Ann", "")


def test_what_was_undone_is_run_again_as_a_whole(ann, other):
    ben = User.objects.create(username="ben")
    met, times = threading.Event(), []

    def theirs():
        times.append("again")
        rename(ben, f"Ben {len(times)}")
        met.set()
        rename(ann, "theirs")

    with atomic():
        rename(ann, "Ann")
        waiting = other(lambda: in_one(theirs))
        assert met.wait(STUCK)
    waiting.result(STUCK)
    assert (name_of(ann), name_of(ben)) == ("theirs", f"Ben {len(times)}")


def test_nothing_is_run_again_that_was_committed_in_part(ann):
    times = []

    def work():
        times.append(1)
        with atomic():
            rename(ann, "Ann")
        raise Conflict

    with pytest.raises(Conflict):
        retried(work)
    assert len(times) == 1


def failing_commit(monkeypatch, *labels, often):
    """The next commits fail on the way, ``often`` times."""
    session_class = type(connection.connection.start_session())
    really, left = session_class.commit_transaction, [often]

    def commit(session):
        if not left[0]:
            return really(session)
        left[0] -= 1
        error = OperationFailure("on the way", 91)
        for label in labels:
            error._add_error_label(label)
        raise error

    monkeypatch.setattr(session_class, "commit_transaction", commit)


def test_a_commit_whose_outcome_nobody_knows_is_asked_for_again(ann, monkeypatch):
    seen = []
    failing_commit(monkeypatch, "UnknownTransactionCommitResult", often=2)
    with atomic():
        rename(ann, "Ann")
        transaction.on_commit(lambda: seen.append("committed"))
    assert (name_of(ann), seen) == ("Ann", ["committed"])


@pytest.mark.parametrize(
    ("labels", "kind"), [(("TransientTransactionError",), Conflict), ((), OperationalError)]
)
def test_a_commit_that_fails_leaves_nothing_and_a_connection_that_works(
    ann, monkeypatch, labels, kind
):
    seen = []
    failing_commit(monkeypatch, *labels, often=1)
    with pytest.raises(kind), atomic():
        rename(ann, "Ann")
        transaction.on_commit(lambda: seen.append("committed"))
    assert (name_of(ann), seen, connection.in_atomic_block) == ("", [], False)
    with atomic():
        rename(ann, "Ann")
    assert name_of(ann) == "Ann"


def test_a_server_that_is_gone_is_told_at_once_and_not_tried_again(ann, monkeypatch):
    times = []

    def gone(*args, **kwargs):
        times.append(1)
        raise AutoReconnect("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Collection, "update_many", gone)
        with pytest.raises(OperationalError) as error:
            in_one(lambda: rename(ann, "Ann"))
    assert not isinstance(error.value, Conflict)
    assert len(times) == 1
    in_one(lambda: rename(ann, "Ann"))
    assert name_of(ann) == "Ann"


def test_what_was_found_by_way_of_another_table_is_not_written_without_looking_again(
    ann, other, monkeypatch
):
    """Django looks for the keys first: what changes before the write would be written over."""
    login = Login.objects.create(user=ann, refresh_jti="old", expires_at=timezone.now())
    update, looked = Collection.update_many, []

    def slow(self, *args, **kwargs):
        if self.name == "accounts_login" and not looked:
            looked.append(1)
            assert other(lambda: take("theirs")).result(STUCK) == 1
        return update(self, *args, **kwargs)

    def take(token):
        alive = Login.objects.filter(user__is_active=True, pk=login.pk, refresh_jti="old")
        return alive.update(refresh_jti=token)

    monkeypatch.setattr(Collection, "update_many", slow)
    assert retried(lambda: take("ours")) == 0
    assert Login.objects.get().refresh_jti == "theirs"


class Cursor:
    """The first documents came; for the others the server has an error."""

    def __init__(self, error):
        self.error = error

    def __next__(self):
        raise self.error


def test_an_error_in_the_middle_of_an_answer_is_told_like_one_at_its_beginning(ann):
    transient = OperationFailure("too old", details={"errorLabels": ["TransientTransactionError"]})
    with pytest.raises(OperationalError) as error:
        next(Found(Cursor(AutoReconnect("gone")), connection))
    assert not isinstance(error.value, Conflict)
    with pytest.raises(DatabaseError):
        next(Found(Cursor(OperationFailure("no such cursor")), connection))
    with pytest.raises(Conflict), atomic():
        rename(ann, "Ann")
        next(Found(Cursor(transient), connection))
    assert name_of(ann) == ""


def test_a_number_that_no_server_gives_is_told_as_a_database_that_is_away(ann, monkeypatch):
    def gone(*args, **kwargs):
        raise AutoReconnect("the server is gone")

    monkeypatch.setattr(Collection, "find_one_and_update", gone)
    with pytest.raises(OperationalError):
        following(connection, "entries")


def test_who_is_pointed_to_stays_until_the_end(ann, other):
    """No foreign key sees to it: a deletion that comes meanwhile has to wait, or is the first."""
    ben = User.objects.create(username="ben")
    with atomic():
        assert User.objects.staying([ben, ann]) == [ben, ann]
        leaving = other(lambda: retried(User.objects.get(pk=ben.pk).delete))
        Inbox.objects.create(user=ben)
    leaving.result(STUCK)
    assert not Inbox.objects.exists()
    with atomic():
        assert User.objects.staying([ben, ann]) == [ann]


def test_djangos_own_blocks_are_transactions_too(ann):
    """The admin, say, has its own."""
    with pytest.raises(RuntimeError), transaction.atomic():
        rename(ann, "Ann")
        raise RuntimeError
    assert name_of(ann) == ""


def test_a_head_is_held_by_one_at_a_time(other):
    LogHead.objects.create(epoch="x", last_at="2026-01-01T00:00Z")
    from realtime import log

    held = threading.Event()

    def theirs():
        with atomic():
            held.set()
            return log.locked_head().last_seq

    with atomic():
        head = log.locked_head()
        waiting = other(theirs)
        assert held.wait(STUCK)
        head.last_seq = 7
        head.save(update_fields=["last_seq"])
    assert waiting.result(STUCK) == 7

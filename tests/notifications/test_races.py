"""A hundred threads at once: one notification of each cause, and counts exact at every moment."""

import random
import threading
from itertools import pairwise

import pytest

from accounts.actions import follow, unfollow
from accounts.models import Block
from notifications.actions import mark_all_read, mark_read
from notifications.models import Inbox, Notification
from posts.actions import add_comment, create_post, like_post, unlike_post
from posts.models import Like
from realtime.errors import NotFound
from realtime.fields import on_mongodb
from realtime.transactions import atomic
from tests.api import at_once, person
from tests.notifications.conftest import counts, exact, payloads, unread

pytestmark = pytest.mark.django_db(transaction=True)


def told_of(user):
    """The ids of all that the log says was ever new."""
    return [one["notification"]["id"] for kind, one in payloads(user) if kind.endswith("new")]


def test_a_hundred_first_likes_at_once_make_one_inbox_and_a_hundred_notifications(aiko):
    post = create_post(aiko, "hello")
    people = [person(f"user{n}") for n in range(100)]
    at_once(lambda user=user: like_post(user, post.pk) for user in people)
    assert Inbox.objects.count() == 1
    assert unread(aiko) == 100
    assert counts(aiko) == list(range(1, 101))


def test_a_hundred_threads_of_ten_users_who_like_and_unlike_make_ten(aiko):
    post = create_post(aiko, "hello")
    people = [person(f"user{n}") for n in range(10)]

    def click(n):
        for act in (like_post, unlike_post) if n % 2 else (unlike_post, like_post):
            act(people[n % 10], post.pk)

    at_once(lambda n=n: click(n) for n in range(100))
    assert unread(aiko) == Notification.objects.count() == 10
    assert len(told_of(aiko)) == len(set(told_of(aiko))) == 10
    assert counts(aiko) == list(range(1, 11))


def test_a_hundred_threads_that_mark_read_like_and_follow_leave_exact_counts(aiko, ben):
    people = [person(f"user{n}") for n in range(20)]
    posts = [create_post(author, "hello") for author in (aiko, ben) for _ in range(5)]

    def anything(n):
        rng = random.Random(n)
        user, author = people[n % 20], rng.choice([aiko, ben])
        for _ in range(3):
            match rng.randrange(6):
                case 0:
                    mark_all_read(author.pk)
                case 1:
                    row = Notification.objects.filter(recipient=author, is_read=False).first()
                    if row is not None:
                        mark_read(author.pk, row.pk)
                case 2:
                    rng.choice([follow, unfollow])(user, str(author.pk))
                case 3:
                    add_comment(user, rng.choice(posts).pk, "well")
                case 4:
                    create_post(user, "hello @aiko and @ben")
                case 5:
                    rng.choice([like_post, unlike_post])(user, rng.choice(posts).pk)

    at_once(lambda n=n: anything(n) for n in range(100))
    assert exact() == unread(aiko) + unread(ben)
    for author in (aiko, ben):
        assert len(told_of(author)) == len(set(told_of(author)))
        assert consistent(payloads(author))


def consistent(told):
    """Whether each event's count is the one before with the event's own change."""
    left, count = set(), 0
    for kind, payload in told:
        if kind == "notification:new":
            left.add(payload["notification"]["id"])
        elif payload["notificationIds"] == "all":
            left.clear()
        else:
            left.difference_update(payload["notificationIds"])
        if payload["unreadCount"] != len(left):
            return False
        count = payload["unreadCount"]
    return count == len(left)


def test_one_that_is_read_by_a_hundred_threads_is_read_once(aiko, ben, chiyo):
    for user in (ben, chiyo):
        follow(user, str(aiko.pk))
    row = Notification.objects.first()
    assert set(at_once([lambda: mark_read(aiko.pk, row.pk)] * 100)) == {1}
    assert counts(aiko) == [1, 2, 1]


def test_posts_that_are_deleted_while_others_like_them_leave_no_count_behind(aiko):
    posts = [create_post(aiko, "hello") for _ in range(5)]
    people = [person(f"user{n}") for n in range(20)]

    def like_all(user):
        for post in posts:
            try:
                like_post(user, post.pk)
            except NotFound:
                continue

    jobs = [lambda user=user: like_all(user) for user in people]
    jobs[7:7] = [post.delete for post in posts[:4]]
    at_once(jobs)
    assert Notification.objects.count() == 20
    assert unread(aiko) == 20
    assert consistent(payloads(aiko))


@pytest.mark.parametrize("first", range(4))
def test_a_block_that_races_with_likes_leaves_nothing_of_the_blocked(aiko, ben, first):
    posts = [create_post(aiko, "hello") for _ in range(10)]

    def like(post):
        try:
            like_post(ben, post.pk)
        except NotFound:
            return

    jobs = [lambda post=post: like(post) for post in posts]
    jobs.insert(first, lambda: Block(blocker=aiko, blocked=ben).save())
    at_once(jobs)
    assert Notification.objects.count() == 0
    assert exact() == 0
    assert consistent(payloads(aiko))


def test_counts_go_up_and_down_by_one_however_many_write(aiko):
    people = [person(f"user{n}") for n in range(30)]
    at_once(lambda user=user: follow(user, str(aiko.pk)) for user in people)
    rows = list(Notification.objects.all())
    at_once(lambda row=row: mark_read(aiko.pk, row.pk) for row in rows)
    steps = [after - before for before, after in pairwise(counts(aiko))]
    assert steps == [1] * 29 + [-1] * 30


def interleaved(first, second):
    """``first`` commits only when ``second``, begun after it, has ended or waits for it."""
    written, ended = threading.Event(), threading.Event()

    def one():
        with atomic():
            first()
            written.set()
            ended.wait(0.5)

    def other():
        try:
            assert written.wait(10)
            second()
        finally:
            ended.set()

    at_once([one, other])


def in_either_order(told, other):
    """What may have been told: on MongoDB nobody waits, and who is undone comes second."""
    return (told, other) if on_mongodb() else (told,)


def test_a_block_that_comes_while_a_like_is_on_its_way_finds_its_notification(aiko, ben):
    """Both saved as a shell would, past the locks of the actions."""
    post = create_post(aiko, "hello")
    like, block = Like(post=post, user=ben), Block(blocker=aiko, blocked=ben)
    interleaved(like.save, block.save)
    assert (Notification.objects.count(), exact()) == (0, 0)
    assert counts(aiko) in in_either_order([1, 0], [])


def test_a_like_that_comes_while_a_block_is_on_its_way_is_not_told(aiko, ben):
    post = create_post(aiko, "hello")
    like, block = Like(post=post, user=ben), Block(blocker=aiko, blocked=ben)
    interleaved(block.save, like.save)
    assert (Notification.objects.count(), exact()) == (0, 0)
    assert counts(aiko) in in_either_order([], [1, 0])


def test_one_that_goes_while_it_is_being_read_is_counted_off_once(aiko, ben, chiyo):
    post = create_post(aiko, "hello")
    for user in (ben, chiyo):
        like_post(user, post.pk)
    follow(ben, str(aiko.pk))
    row = Notification.objects.filter(post=post).first()
    interleaved(lambda: mark_read(aiko.pk, row.pk), post.delete)
    assert counts(aiko) == [1, 2, 3, 2, 1]
    assert exact() == 1


def test_one_that_is_read_while_it_goes_is_counted_off_once(aiko, ben):
    post = create_post(aiko, "hello")
    like_post(ben, post.pk)
    follow(ben, str(aiko.pk))
    row = Notification.objects.get(post=post)
    interleaved(post.delete, lambda: mark_all_read(aiko.pk))
    assert not Notification.objects.filter(pk=row.pk).exists()
    assert counts(aiko) == [1, 2, 1, 0]
    assert exact() == 0

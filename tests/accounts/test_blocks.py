"""Blocks: what they end, what they answer, and that they hold whatever happens at the same time."""

import asyncio
import random
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import block, follow, unblock, unfollow
from accounts.models import Block, Follow, User
from accounts.rights import parted
from posts.actions import create_post
from realtime.database import in_database
from realtime.errors import Forbidden, NotFound
from realtime.events import Exit, Meet, Part
from realtime.registry import registry
from tests.api import Api, at_once, entries, error, person, told
from tests.live import events_until

pytestmark = pytest.mark.django_db(transaction=True)


def news():
    return [one for one in told() if not one[0].startswith("notification:")]


def counts(*users):
    rows = [User.objects.get(pk=user.pk) for user in users]
    return [(row.follower_count, row.following_count) for row in rows]


def test_to_block_and_unblock_twice_is_no_error(aiko, ben):
    api, path = Api(aiko), f"/api/users/{ben.pk}/block"
    for slash in ("", "/"):
        assert api.put(path + slash).json() == {"isBlocked": True}
    assert Block.objects.count() == 1
    for slash in ("", "/"):
        assert api.delete(path + slash).json() == {"isBlocked": False}
    assert not Block.objects.exists()
    payload = {"userId": str(aiko.pk), "targetId": str(ben.pk)}
    assert news() == [("user:blocked", payload), ("user:unblocked", payload)]


def test_nobody_blocks_themselves(aiko):
    for method in ("put", "delete"):
        answer = getattr(Api(aiko), method)(f"/api/users/{aiko.pk}/block")
        assert error(answer) == (400, "invalid")


@pytest.mark.parametrize("user_id", ["1", "x", "01a20bb4-9bf9-7371-89cc-d793b79e7509", "%00"])
def test_who_is_not_there_cannot_be_blocked(aiko, user_id):
    for method in ("put", "delete"):
        answer = getattr(Api(aiko), method)(f"/api/users/{user_id}/block")
        assert error(answer) == (404, "not_found")


def test_a_block_ends_the_follows_both_ways_before_it_parts(aiko, ben):
    follow(aiko, str(ben.pk))
    follow(ben, str(aiko.pk))
    before = len(news())
    Api(aiko).put(f"/api/users/{ben.pk}/block")
    assert not Follow.objects.exists()
    assert counts(aiko, ben) == [(0, 0), (0, 0)]
    kinds = [kind for kind, _ in news()[before:]]
    assert kinds == ["user:unfollowed", "user:unfollowed", "user:blocked"]
    *ends, parting = [one for one in entries() if one.type.startswith("user:")][-3:]
    assert {(one.effects[0].user, one.effects[0].room) for one in ends} == {
        (str(aiko.pk), f"following:{ben.pk}"),
        (str(ben.pk), f"following:{aiko.pk}"),
    }
    assert all(isinstance(one.effects[0], Exit) for one in ends)
    assert parting.effects == (Part(one=str(aiko.pk), other=str(ben.pk)),)
    assert parting.rooms == (f"user:{aiko.pk}",)


def test_the_follows_do_not_come_back_with_the_end_of_the_block(aiko, ben):
    follow(ben, str(aiko.pk))
    block(aiko, str(ben.pk))
    unblock(aiko, str(ben.pk))
    assert entries()[-1].effects == (Meet(one=str(aiko.pk), other=str(ben.pk)),)
    assert not Follow.objects.exists()
    follow(ben, str(aiko.pk))
    assert counts(aiko, ben) == [(1, 0), (0, 1)]


def test_a_follow_across_a_block_is_refused_to_each_in_their_way(aiko, ben):
    block(aiko, str(ben.pk))
    assert error(Api(ben).put(f"/api/users/{aiko.pk}/follow")) == (404, "not_found")
    assert error(Api(aiko).put(f"/api/users/{ben.pk}/follow")) == (403, "forbidden")
    # Also where only rows are saved, as the admin does.
    with pytest.raises(NotFound):
        Follow(follower=ben, followed=aiko).save()
    with pytest.raises(Forbidden):
        Follow(follower=aiko, followed=ben).save()
    with pytest.raises(ValidationError):
        Follow(follower=ben, followed=aiko).full_clean()
    assert counts(aiko, ben) == [(0, 0), (0, 0)]


def test_the_blocked_can_neither_block_nor_unblock_whom_they_may_not_know(aiko, ben):
    block(aiko, str(ben.pk))
    for method in ("put", "delete"):
        answer = getattr(Api(ben), method)(f"/api/users/{aiko.pk}/block")
        assert error(answer) == (404, "not_found")
    assert Block.objects.count() == 1


def test_of_two_who_block_each_other_each_can_end_their_own_and_stays_parted(aiko, ben):
    Block(blocker=aiko, blocked=ben).save()
    Block(blocker=ben, blocked=aiko).save()
    assert Api(aiko).get(f"/api/users/{ben.pk}").json()["isBlocked"] is True
    assert error(Api(aiko).put(f"/api/users/{ben.pk}/follow")) == (403, "forbidden")
    assert Api(aiko).delete(f"/api/users/{ben.pk}/block").json() == {"isBlocked": False}
    assert entries()[-1].effects == ()
    assert parted([str(aiko.pk)]) == {str(aiko.pk): {str(ben.pk)}}
    assert error(Api(aiko).get(f"/api/users/{ben.pk}")) == (404, "not_found")
    assert Api(ben).delete(f"/api/users/{aiko.pk}/block").status_code == 200
    assert entries()[-1].effects == (Meet(one=str(ben.pk), other=str(aiko.pk)),)
    assert parted([str(aiko.pk)]) == {str(aiko.pk): set()}


def test_two_blocks_at_once_part_for_as_long_as_one_of_them_lasts(aiko, ben):
    def against(one, other):
        with suppress(NotFound):  # the other was faster
            block(one, str(other.pk))

    at_once([lambda: against(aiko, ben), lambda: against(ben, aiko)] * 4)
    rows = list(Block.objects.all())
    assert 1 <= len(rows) <= 2
    for left, row in enumerate(rows, 1):
        row.delete()
        assert bool(parted([str(aiko.pk)])[str(aiko.pk)]) == (left < len(rows))
    meetings = [one for entry in entries() for one in entry.effects if isinstance(one, Meet)]
    assert len(meetings) == 1
    assert isinstance(entries()[-1].effects[-1], Meet)


def test_blocks_deleted_in_bulk_are_told_one_by_one(aiko, ben, chiyo):
    block(aiko, str(ben.pk))
    block(aiko, str(chiyo.pk))
    Block.objects.all().delete()
    assert [kind for kind, _ in news()] == ["user:blocked"] * 2 + ["user:unblocked"] * 2


def test_no_follow_slips_past_a_block_that_is_made_at_the_same_time(aiko, ben):
    def try_to_follow():
        with suppress(NotFound, Forbidden):
            follow(ben, str(aiko.pk))

    for _ in range(5):
        at_once([try_to_follow, lambda: block(aiko, str(ben.pk)), try_to_follow])
        assert not Follow.objects.exists()
        assert counts(aiko, ben) == [(0, 0), (0, 0)]
        unblock(aiko, str(ben.pk))


def test_a_hundred_who_follow_and_block_at_once_leave_exact_counts_and_a_true_log():
    people = [person(f"user{n}") for n in range(8)]
    acts = [follow] * 5 + [unfollow] * 2 + [block] * 2 + [unblock] * 2

    def restless(seed):
        rng = random.Random(seed)
        for _ in range(4):
            one, other = rng.sample(people, 2)
            with suppress(NotFound, Forbidden):
                rng.choice(acts)(one, str(other.pk))

    at_once(lambda seed=seed: restless(seed) for seed in range(100))
    follows = set(Follow.objects.values_list("follower_id", "followed_id"))
    blocks = set(Block.objects.values_list("blocker_id", "blocked_id"))
    assert follows
    assert blocks
    for user, count in zip(people, counts(*people), strict=True):
        followers = sum(followed == user.pk for _, followed in follows)
        assert count == (followers, sum(follower == user.pk for follower, _ in follows))
    assert not follows & (blocks | {(other, one) for one, other in blocks})
    assert rows_told() == {
        "follow": {tuple(map(str, pair)) for pair in follows},
        "block": {tuple(map(str, pair)) for pair in blocks},
    }


def rows_told():
    """The follows and blocks that are there by what the log tells; each change is one."""
    rows = {"follow": set(), "block": set()}
    for kind, payload in news():
        table = rows["follow" if "follow" in kind else "block"]
        pair = payload["userId"], payload["targetId"]
        assert (pair in table) == (":un" in kind)
        (table.discard if ":un" in kind else table.add)(pair)
    return rows


# -- live ------------------------------------------------------------------------------------


async def test_the_blockers_other_tabs_hear_of_it_and_the_blocked_only_of_the_follows(
    sit, aiko, ben, chiyo
):
    for one, other in ((aiko, ben), (ben, aiko)):
        await in_database(follow, one, str(other.pk))
    hers, his = await sit(aiko), await sit(ben)
    await in_database(block, aiko, str(ben.pk))
    a, b = str(aiko.pk), str(ben.pk)
    assert await events_until(hers, chiyo, "1") == [
        ("user:unfollowed", {"userId": a, "targetId": b}),
        ("user:blocked", {"userId": a, "targetId": b}),
    ]
    assert await events_until(his, chiyo, "2") == [
        ("user:unfollowed", {"userId": b, "targetId": a}),
    ]


async def test_a_block_that_comes_while_a_socket_opens_holds(sit, aiko, ben, chiyo, monkeypatch):
    """Its rights are read before the block is committed, its stream begins after it."""
    read, blocked = asyncio.Event(), asyncio.Event()
    loop, original = asyncio.get_running_loop(), registry.parted

    def slowly(user_ids):
        pairs = original(user_ids)
        loop.call_soon_threadsafe(read.set)
        asyncio.run_coroutine_threadsafe(blocked.wait(), loop).result(10)
        return pairs

    monkeypatch.setattr(registry, "parted", slowly)
    opening = asyncio.create_task(sit(ben))
    await asyncio.wait_for(read.wait(), 10)
    await in_database(block, aiko, str(ben.pk))
    blocked.set()
    his = await opening
    await in_database(create_post, aiko, "not for ben")
    assert await events_until(his, chiyo) == []

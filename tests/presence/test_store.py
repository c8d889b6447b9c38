"""What every store of presence promises, kept in memory or in Redis."""

from presence.ledger import Ledger, MemoryStore
from presence.store import KEPT_NEWS, STEP
from tests.presence.conftest import Process


async def lose_memory(store):
    """The store begins anew, as Redis does after a crash."""
    if isinstance(store, MemoryStore):
        store.ledger = Ledger()
    else:
        await store._client.flushdb()


async def beat_for(seconds, clock, *processes):
    """Let time pass with a beat of each in every 300 ms; all that the first was told."""
    told = []
    for _ in range(round(seconds / 0.3)):
        clock.pass_seconds(0.3)
        for number, process in enumerate(processes):
            names = await process.beat()
            told += names if number == 0 else []
    return told


# -- coming and going --------------------------------------------------------------------------


async def test_the_first_socket_brings_a_user_online_once_at_every_process(processes, clock):
    one, other, _ = processes
    one.node.come("1", "ann")
    assert await one.beat() == ["+ann"]
    assert await other.beat() == ["+ann"]
    one.node.come("2", "ann")
    other.node.come("1", "ann")
    assert await beat_for(30, clock, one, other) == []
    assert other.online == {"ann"}


async def test_the_last_socket_takes_a_user_offline_once_after_five_seconds(processes, clock):
    one, other, _ = processes
    one.node.come("1", "ann")
    other.node.come("1", "ann")
    await beat_for(0.6, clock, one, other)
    one.node.go("1")
    assert await beat_for(9, clock, one, other) == []
    other.node.go("1")
    assert await beat_for(5.1, clock, one, other) == []
    assert await beat_for(1.2, clock, one, other) == ["-ann"]
    assert await beat_for(30, clock, one, other) == []
    assert other.online == set()


async def test_a_reload_is_no_news(store, processes, clock):
    one, other, _ = processes
    one.node.come("1", "ann")
    await beat_for(0.6, clock, one, other)
    before = await store.snapshot()
    one.node.go("1")
    assert await beat_for(4.8, clock, one, other) == []
    other.node.come("1", "ann")
    assert await beat_for(30, clock, one, other) == []
    after = await store.snapshot()
    assert (after.version, after.users) == (before.version, ("ann",))


async def test_what_is_said_twice_counts_once(store, processes, clock):
    one, _, _ = processes
    one.node.come("1", "ann")
    said = list(one.node._ops)
    await one.beat()
    one.node._ops = said  # as if the answer had been lost
    await one.beat()
    one.node.go("1")
    said = list(one.node._ops)
    await one.beat()
    one.node._ops = said
    assert "-ann" in await beat_for(6, clock, one)


async def test_who_wants_to_be_hidden_is_not_waited_for(processes, clock):
    one, other, _ = processes
    one.node.come("1", "ann")
    await beat_for(0.6, clock, one, other)
    one.node.go("1")
    one.node.hurry("ann")
    assert await beat_for(0.6, clock, one, other) == ["-ann"]


# -- telling -----------------------------------------------------------------------------------


async def test_changes_of_300_ms_are_one_telling_whoever_brought_them(processes, clock):
    one, _, third = processes
    one.node.come("1", "ann")
    assert await one.beat() == ["+ann"]
    for number, process in enumerate(processes):
        clock.pass_seconds(0.09)
        process.node.come("9", f"user {number}")
        assert await process.beat() in ([], ["+ann"])
    clock.pass_seconds(0.1)
    assert sorted(await third.beat()) == ["+user 0", "+user 1", "+user 2"]
    assert sorted(await one.beat()) == ["+user 0", "+user 1", "+user 2"]
    assert one.node.mirror.version == third.node.mirror.version


async def test_no_reader_gets_more_than_four_frames_in_any_second(processes, clock):
    one, _, _ = processes
    frames = []
    for number in range(400):
        clock.pass_seconds(0.03)
        one.node.come(f"{number}", f"user {number}")
        if number >= 100:
            one.node.go(f"{number - 100}")
        await one.node.beat()
        for told in one.node.told:
            frames += [clock.now] * (bool(told.online) + bool(told.offline))
        one.node.told = []
    busiest = max(sum(0 <= later - frame < 1000 for later in frames) for frame in frames)
    assert busiest == 4


async def test_versions_grow_by_one_with_each_frame(processes, clock):
    one, other, _ = processes
    one.node.come("1", "ann")
    await beat_for(0.3, clock, one, other)
    before = other.node.mirror.version
    one.node.come("2", "bob")
    await beat_for(0.3, clock, one, other)
    assert other.node.mirror.version == before + 1
    one.node.go("1")
    await beat_for(5.1, clock, one, other)
    one.node.come("3", "cat")
    await beat_for(0.6, clock, one, other)
    assert other.node.mirror.version == before + 3
    assert other.online == {"bob", "cat"}


async def test_a_snapshot_and_the_news_after_it_make_the_list(store, processes, clock):
    one, _, _ = processes
    for name in ("ann", "bob"):
        one.node.come(name, name)
        await beat_for(0.3, clock, one)
    snapshot = await store.snapshot()
    assert snapshot.users == ("ann", "bob")
    assert snapshot.version == one.node.mirror.version
    late = Process(store)
    assert await late.beat() == ["+ann", "+bob"]
    one.node.come("cat", "cat")
    await beat_for(0.3, clock, one)
    assert await late.beat() == ["+cat"]


async def test_who_was_away_for_too_many_tellings_is_told_the_difference(processes, clock):
    one, late, _ = processes
    one.node.come("ann", "ann")
    one.node.come("bob", "bob")
    await beat_for(0.3, clock, one, late)
    one.node.go("ann")
    for number in range(KEPT_NEWS + 20):
        one.node.come(f"{number}", f"user {number}")
        await beat_for(0.3, clock, one)
    told = await beat_for(0.6, clock, late, one)
    assert len(told) == KEPT_NEWS + 20
    assert "+bob" not in told
    assert await beat_for(7.2, clock, late, one) == ["-ann"]
    assert late.online == one.online


async def test_when_somebody_was_last_seen_is_kept_for_ninety_days(store, processes, clock):
    one, _, _ = processes
    one.node.come("1", "ann")
    one.node.come("2", "bob")
    await beat_for(0.3, clock, one)
    one.node.go("1")
    await one.beat()
    went = clock.now
    sighting = store.look_up(["ann", "bob", "cat"])
    assert sighting.online == {"ann", "bob"}
    await beat_for(6, clock, one)
    sighting = store.look_up(["ann", "bob", "cat"])
    assert (sighting.online, sighting.seen) == ({"bob"}, {"ann": went})
    clock.pass_seconds(90 * 24 * 3600)
    await one.beat()
    assert store.look_up(["ann"]).seen == {}
    assert store.look_up([]).online == set()


# -- processes that die, freeze and wake ----------------------------------------------------------


async def test_the_users_of_a_dead_process_are_offline_within_30_seconds(processes, clock):
    one, dead, _ = processes
    one.node.come("1", "ann")
    dead.node.come("1", "ann")
    dead.node.come("2", "bob")
    await beat_for(0.6, clock, one, dead)
    assert await beat_for(19.8, clock, one) == []
    assert await beat_for(3, clock, one) == ["-bob"]
    assert await beat_for(30, clock, one) == []


async def test_who_comes_back_elsewhere_was_never_away(processes, clock):
    one, dead, _ = processes
    dead.node.come("1", "ann")
    await beat_for(0.6, clock, one, dead)
    await beat_for(18, clock, one)
    one.node.come("1", "ann")
    assert await beat_for(30, clock, one) == []


async def test_a_short_freeze_is_no_news(processes, clock):
    one, frozen, _ = processes
    frozen.node.come("1", "ann")
    await beat_for(0.6, clock, one, frozen)
    assert await beat_for(14.1, clock, one) == []
    assert await beat_for(30, clock, one, frozen) == []


async def test_a_frozen_process_that_wakes_is_fenced_and_registers_again(processes, clock):
    one, frozen, _ = processes
    frozen.node.come("1", "ann")
    frozen.node.come("2", "bob")
    await beat_for(0.6, clock, one, frozen)
    assert sorted(await beat_for(24, clock, one)) == ["-ann", "-bob"]
    name = frozen.node._name
    frozen.node.go("2")  # noticed on waking
    told = await beat_for(3, clock, one, frozen)
    assert told == ["+ann"]
    assert frozen.node._name != name
    frozen.node.go("1")
    assert await beat_for(6.6, clock, one, frozen) == ["-ann"]


async def test_a_process_alone_that_was_frozen_loses_nobody(store, clock):
    alone = Process(store)
    alone.node.come("1", "ann")
    await beat_for(0.6, clock, alone)
    clock.pass_seconds(120)
    assert await beat_for(30, clock, alone) == []
    assert alone.online == {"ann"}


async def test_a_dead_process_with_many_sockets_is_freed_in_steps(processes, clock):
    one, dead, _ = processes
    users = [f"user {number}" for number in range(2 * STEP + 500)]
    for user in users:
        dead.node.come(user, user)
    assert len(await beat_for(0.9, clock, one, dead)) == len(users)
    told = await beat_for(24, clock, one)
    assert sorted(told) == sorted(f"-{user}" for user in users)
    assert one.online == set()


# -- a store that forgets --------------------------------------------------------------------------


async def test_a_store_that_lost_its_memory_is_told_again_and_nobody_hears_of_it(
    store, processes, clock
):
    one, other, _ = processes
    one.node.come("1", "ann")
    other.node.come("1", "bob")
    other.node.come("2", "cat")
    await beat_for(0.6, clock, one, other)
    version = one.node.mirror.version
    clock.pass_seconds(1)
    await lose_memory(store)
    other.node.go("2")
    assert await beat_for(1.2, clock, one) == []
    told = await beat_for(4.2, clock, one, other)
    assert told == []
    assert await beat_for(3, clock, one, other) == ["-cat"]
    assert one.online == other.online == {"ann", "bob"}
    assert one.node.mirror.version > version


# -- claims ---------------------------------------------------------------------------------------


async def test_a_claim_holds_for_all_until_it_lapses(store):
    assert await store.claim("ann:1", 60_000)
    assert not await store.claim("ann:1", 60_000)
    assert await store.claim("ann:2", 60_000)

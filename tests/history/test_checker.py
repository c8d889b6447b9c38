"""The checker finds each kind of breach in a small history, and none in a good one."""

from copy import deepcopy
from dataclasses import replace

import pytest

from tests.history.checker import breaches
from tests.history.facts import Facts
from tests.history.record import Entry, Fresh, History, Stretch, Tables, Write
from tests.history.schedule import SETUPS, make
from tests.history.states import wrong_states

TS = "2026-01-01T00:00:0{}.000Z"


def post(key, author, visibility="public", version=1, body="hello"):
    return {
        "id": key,
        "author": {"id": author},
        "body": body,
        "visibility": visibility,
        "likeCount": 0,
        "commentCount": 0,
        "version": version,
    }


def entry(seq, kind, payload, op=None):
    return Entry(seq, seq, kind, ("public",), (), op or f"op{seq}", TS.format(seq), payload)


def frame(one):
    return {
        "type": one.type,
        "payload": one.payload,
        "seq": str(one.seq),
        "cursor": f"e-{one.seq}",
        "rooms": ["public"],
        "ts": one.ts,
        "op": one.op,
    }


def good():
    """Ann writes to all (1) and to followers (2); Bob follows her (3); she deletes the first (4),
    and writes to all again (5)."""
    entries = [
        entry(1, "post:created", {"post": post("p1", "ann")}),
        entry(2, "post:created", {"post": post("p2", "ann", "followers")}),
        entry(3, "user:followed", {"userId": "bob", "targetId": "ann"}),
        entry(4, "post:deleted", {"postId": "p1", "reason": "author"}),
        entry(5, "post:created", {"post": post("p5", "ann")}),
    ]
    history = History("e", 0, ["ann", "bob"], entries=entries)
    for seq in range(1, 6):
        history.writes.append(Write(f"op{seq}", "write", seq, seq + 0.5, "done"))
    history.writes.append(Write("never", "write", 1, 2, "rolled back"))
    live = Stretch("r", "bob", "r #1", "live", 0, 5)
    live.frames = [frame(entries[index]) for index in (0, 2, 3, 4)]
    again = Stretch("s", "bob", "s #1", "replay", 0, 5, begin=9, until=9)
    again.frames = [frame(entries[index]) for index in (1, 2, 3, 4)]
    history.stretches = [live, again]
    history.readers = {"s": "bob"}
    posts = [entries[index].payload["post"] for index in (1, 4)]
    history.fresh = {"s": Fresh({one["id"]: {**one, "isLiked": False} for one in posts}, {}, 0)}
    rows = {one["id"]: {name: one[name] for name in COLUMNS} for one in posts}
    history.tables = Tables(rows, {}, set(), {("bob", "ann")}, set())
    return history


COLUMNS = ("body", "visibility", "likeCount", "commentCount", "version")


def test_a_good_history_has_no_breach():
    assert breaches(good()) == []


def lose_a_frame(history):
    del history.stretches[0].frames[1]


def send_to_a_stranger(history):
    history.stretches[0].frames.insert(1, frame(history.entries[1]))


def replay_what_is_gone(history):
    history.stretches[1].frames.insert(0, frame(history.entries[0]))


def send_twice(history):
    history.stretches[0].frames.append(history.stretches[0].frames[-1])


def turn_the_order_round(history):
    history.stretches[0].frames.reverse()


def send_what_is_not_in_the_log(history):
    history.stretches[0].frames[0] = {**history.stretches[0].frames[0], "seq": "7"}


def send_another_frame(history):
    history.stretches[0].frames[0] = {**history.stretches[0].frames[0], "payload": {}}


def leave_a_hole(history):
    del history.entries[1]


def number_a_rollback(history):
    history.writes[1].outcome = "rolled back"


def answer_and_forget(history):
    history.writes.append(Write("gone", "post", 1, 2, "done", tells=("post:created",)))


def write_twice(history):
    history.writes[0].tells = history.writes[1].tells = ("post:created",)
    history.entries[1] = entry(2, "post:created", history.entries[1].payload, op="op1")


def number_the_later_first(history):
    history.writes[0].begin, history.writes[3].end = 5.0, 4.2


def save_without_a_word(history):
    history.tables.follows.add(("ann", "bob"))


def forget_a_row(history):
    history.tables.posts["p2"] = {**history.tables.posts["p2"], "body": "other"}


def show_another_state(history):
    history.fresh["s"].posts["p5"]["likeCount"] = 3


def go_back(history):
    history.stretches.append(Stretch("r", "bob", "r #2", "replay", 2, 2, begin=9, until=9))


@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        (lose_a_frame, "lost"),
        (send_to_a_stranger, "forbidden"),
        (replay_what_is_gone, "forbidden"),
        (send_twice, "twice"),
        (turn_the_order_round, "late"),
        (send_what_is_not_in_the_log, "phantom"),
        (send_another_frame, "frame"),
        (leave_a_hole, "log"),
        (number_a_rollback, "phantom"),
        (answer_and_forget, "lost"),
        (write_twice, "twice"),
        (number_the_later_first, "order"),
        (save_without_a_word, "tables"),
        (forget_a_row, "tables"),
        (show_another_state, "state"),
        (go_back, "cursor"),
    ],
)
def test_a_breach_is_found(break_it, kind):
    history = deepcopy(good())
    break_it(history)
    assert kind in {text.partition(":")[0] for text in breaches(history)}


def test_where_the_truth_changed_while_a_page_was_made_either_will_do():
    history = good()
    page = history.stretches[1]
    # Asked for before the deletion was answered: the first post may be on it, or not.
    page.begin, page.upto, page.until = 3.6, 3, 9
    page.frames = [frame(history.entries[index]) for index in (0, 1, 2)]
    last = Stretch("s", "bob", "s #2", "replay", 3, 5, begin=9, until=9)
    last.frames = [frame(history.entries[index]) for index in (3, 4)]
    history.stretches.append(last)
    assert breaches(history) == []


@pytest.mark.parametrize("setup", SETUPS)
def test_the_same_seed_makes_the_same_schedule(setup):
    assert make(7, setup) == make(7, setup)
    assert make(7, setup) != make(8, setup)


@pytest.mark.parametrize(("told_since", "wrong"), [(False, 0), (True, 1)])
def test_who_gets_a_post_back_need_not_know_whether_it_likes_it_unless_it_was_told(
    told_since, wrong
):
    history = good()
    back = {**post("p9", "ann"), "version": 4}
    again = [entry(6, "post:updated", {"post": back})]
    if told_since:
        liked = {"postId": "p9", "userId": "bob", "likeCount": 1, "version": 5}
        again.append(entry(7, "post:unliked", {**liked, "likeCount": 0}))
    history.entries += again
    history.stretches[1].frames += [frame(one) for one in again]
    version = 5 if told_since else 4
    history.fresh["s"].posts["p9"] = {**back, "version": version, "isLiked": True}
    facts = Facts(history.entries)
    assert len(list(wrong_states(history, facts))) == wrong


def test_a_write_whose_entry_was_erased_is_not_lost_and_another_is():
    history = good()
    history.entries[0] = replace(history.entries[0], payload=None, op=None, rooms=(), people=())
    found = [one for one in breaches(history) if one.startswith("lost: op")]
    assert found == []
    history.writes.append(Write("op9", "write", 7, 8, "done", ("post:created",)))
    history.writes[0].tells = ("post:created",)
    found = [one for one in breaches(history) if one.startswith("lost: op")]
    assert [one.split(" write")[0] for one in found] == ["lost: op9"]


def test_a_sync_may_hold_what_its_socket_had_passed_if_its_reader_may_see_it_now():
    """Bob asks from 1, is sent 3 live, which makes him a follower, and then gets 2."""
    history = good()
    live, page = (
        Stretch("r", "bob", "r #1", "live", 0, 3),
        Stretch("r", "bob", "r #1", "live, then replay", 3, 5, begin=9, until=9, asked=1),
    )
    live.frames = [frame(history.entries[index]) for index in (0, 2)]
    page.frames = [frame(history.entries[index]) for index in (1, 3, 4)]
    history.stretches, history.fresh = [live, page], {}
    assert breaches(history) == []
    page.asked = 2
    assert [one.split(":")[0] for one in breaches(history)] == ["late"]
    page.asked, page.frames[0] = 0, frame(history.entries[0])
    assert [one.split(":")[0] for one in breaches(history)] == ["twice", "forbidden"]


def test_what_was_written_after_a_reader_had_left_it_need_not_know():
    history = good()
    late = entry(6, "post:created", {"post": post("p6", "ann")})
    history.entries.append(replace(late, rooms=("public", "post:p6")))
    history.fresh["s"].posts["p6"] = {**post("p6", "ann"), "isLiked": False}
    facts = Facts(history.entries)
    assert list(wrong_states(history, facts)) == []
    history.stretches[1].upto = 6  # it says that it knows all up to there
    assert [one[:16] for one in wrong_states(history, facts)] == ["state: s: post p"]

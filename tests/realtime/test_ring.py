"""The ring holds the newest events, and forgets what was withdrawn."""

import msgspec
import pytest

from realtime import ring as ring_module
from realtime.envelope import Envelope
from realtime.events import Forget, Recall
from realtime.ring import Ring


def event(seq, *, rooms=("public",), subjects=(), effects=(), payload=b"{}", **members):
    return Envelope(
        seq=seq,
        type="x",
        ts="2026-01-01T00:00:00.000Z",
        rooms=rooms,
        subjects=subjects,
        effects=effects,
        payload=msgspec.Raw(payload),
        **members,
    )


def seqs(ring, after, rooms=("public",), parted=()):
    return [
        kept.event.seq
        for kept in ring.after(after)
        if kept.is_for(rooms, known=rooms, parted=parted)
    ]


def filled(*events):
    ring = Ring()
    for one in events:
        ring.add(one)
    return ring


def test_it_gives_what_comes_after_a_position_in_order():
    ring = filled(event(8), event(9), event(10))
    assert seqs(ring, 7) == [8, 9, 10]
    assert seqs(ring, 9) == [10]
    assert seqs(ring, 10) == []


def test_it_knows_how_far_back_it_reaches():
    ring = filled(event(8), event(9))
    assert [ring.reaches(seq, 9) for seq in (6, 7, 8, 9)] == [False, True, True, True]
    assert filled().reaches(5, 5)
    assert not filled().reaches(4, 5)


def test_it_keeps_the_newest_by_number(monkeypatch):
    monkeypatch.setattr(ring_module, "MAX_EVENTS", 3)
    ring = filled(*(event(seq) for seq in range(1, 6)))
    assert len(ring) == 3
    assert seqs(ring, 2) == [3, 4, 5]
    assert not ring.reaches(1, 5)


@pytest.mark.parametrize(("size", "kept"), [(50, [1, 2]), (51, [2])])
def test_it_keeps_the_newest_by_bytes(monkeypatch, size, kept):
    monkeypatch.setattr(ring_module, "MAX_BYTES", 100)
    ring = filled(event(1, payload=b"x" * size), event(2, payload=b"x" * 50))
    assert seqs(ring, 2 - len(kept)) == kept


def test_what_was_deleted_is_forgotten_but_for_the_deletion():
    ring = filled(
        event(1, subjects=("post:a",)),
        event(2, subjects=("post:b",)),
        event(3, subjects=("post:a", "comment:c")),
        event(4, effects=(Forget(subject="post:a"),)),
    )
    assert seqs(ring, 0) == [2, 4]


def test_what_was_narrowed_is_told_to_those_who_may_still_see_it_alone():
    ring = filled(
        event(1, subjects=("post:a",)),
        event(2, effects=(Forget(subject="post:a", unless="following:u", forever=False),)),
        event(3, subjects=("post:a",)),
    )
    assert seqs(ring, 0) == [2, 3]
    assert seqs(ring, 0, rooms=("public", "following:u")) == [1, 2, 3]


@pytest.mark.parametrize("unless", ["following:u", None])
def test_what_is_recalled_is_told_again(unless):
    ring = filled(
        event(1, subjects=("post:a",)),
        event(2, effects=(Forget(subject="post:a", unless=unless, forever=False),)),
    )
    assert seqs(ring, 0) == [2]
    ring.add(event(3, effects=(Recall(subject="post:a", room="post:a"),)))
    assert seqs(ring, 0) == [1, 2, 3]


def test_each_subject_of_an_event_is_reserved_and_recalled_by_itself():
    both = ("post:a", "comment:b")
    ring = filled(event(1, subjects=both))
    ring.add(event(2, effects=(Forget(subject="post:a", unless="following:u", forever=False),)))
    ring.add(event(3, effects=(Forget(subject="comment:b", forever=False),)))
    ring.add(event(4, effects=(Recall(subject="comment:b"),)))
    # The comment is there again; its post is still for followers alone.
    assert seqs(ring, 0) == [2, 3, 4]
    assert seqs(ring, 0, rooms=("public", "following:u")) == [1, 2, 3, 4]
    ring.add(event(5, effects=(Recall(subject="post:a", room="post:a"),)))
    assert seqs(ring, 0) == [1, 2, 3, 4, 5]


def test_a_reader_gets_what_is_for_its_rooms_but_not_of_those_it_is_parted_from():
    ring = filled(
        event(1, rooms=("public", "post:a"), people=("u1", "u2")),
        event(2, rooms=("post:a",)),
        event(3, rooms=("public",), except_rooms=("following:u1",)),
    )
    assert seqs(ring, 0) == [1, 3]
    assert seqs(ring, 0, parted={"u2"}) == [3]
    assert seqs(ring, 0, rooms=("public", "following:u1")) == [1]


def test_a_frame_is_encoded_once():
    kept = filled(event(1)).add(event(2, payload=b'{"a":1}', op="my-op"))
    assert kept.frame("e") is kept.frame("e")
    assert kept.frame("e").text == (
        '{"type":"x","payload":{"a":1},"seq":"2","cursor":"e-2","rooms":["public"],'
        '"ts":"2026-01-01T00:00:00.000Z","op":"my-op"}'
    )


def test_its_index_does_not_outlive_its_events(monkeypatch):
    monkeypatch.setattr(ring_module, "MAX_EVENTS", 2)
    ring = filled(*(event(seq, subjects=(f"post:{seq % 3}",)) for seq in range(1, 50)))
    assert sum(len(seqs) for seqs in ring._about.values()) == 2
    ring.add(event(50, effects=(Forget(subject="post:1"),)))
    assert seqs(ring, 48) == [50]

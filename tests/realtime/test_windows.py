"""Rates as they are written, and the arithmetic of a window that slides."""

import random
from itertools import product

import pytest

from realtime.windows import Rate, is_over, parse, wait, window

TEN_A_MINUTE = Rate(10, 60)


def test_what_is_not_named_stays_as_it_is():
    assert {name: str(rate) for name, rate in parse("login=5/60, write=7/1").items()} == {
        "write": "7/1",
        "register": "300/3600",
        "login": "5/60",
        "login_failures": "10/300",
        "login_strangers": "100/3600",
    }
    assert parse("") == parse(" , ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("writes=1/60", "'writes=1/60': there is no such rate; there are write, register, login"),
        ("write", "'write': write it as name=times/seconds, for instance write=600/60"),
        ("write=600", "'write=600': write it as name=times/seconds"),
        ("write=600/m", "'write=600/m': write it as name=times/seconds"),
        ("write=-1/60", "'write=-1/60': write it as name=times/seconds"),
        ("write=1.5/60", "'write=1.5/60': write it as name=times/seconds"),
        ("write=9999999999/60", "'write=9999999999/60': write it as"),
        ("write=0/60", "'write=0/60': at least once within 1 to 86400 s"),
        ("write=1/0", "'write=1/0': at least once within 1 to 86400 s"),
        ("write=1/86401", "'write=1/86401': at least once within 1 to 86400 s"),
    ],
)
def test_a_rate_that_is_none_is_refused_with_what_it_may_be(text, says):
    with pytest.raises(ValueError) as refusal:
        parse(f"login=100/60,{text}")
    assert str(refusal.value).startswith(says)


@pytest.mark.parametrize(
    ("before", "current", "elapsed", "over"),
    [
        (0, 9, 0, False),
        (0, 10, 0, False),
        (0, 11, 0, True),
        (10, 1, 0, True),  # the ten of just now still count
        (10, 1, 5, True),
        (10, 1, 6, False),  # a tenth of them is forgotten
        (10, 5, 30, False),
        (10, 6, 30, True),
        (10, 10, 59.9, True),
        (1_000, 1, 60, False),
    ],
)
def test_the_window_before_weighs_less_the_longer_ago_it_is(before, current, elapsed, over):
    assert is_over(TEN_A_MINUTE, before=before, current=current, elapsed=elapsed) is over


@pytest.mark.parametrize(
    ("before", "current", "elapsed", "seconds"),
    [
        (0, 10, 0, 66),  # of the next window a tenth
        (0, 10, 59.5, 7),
        (10, 0, 0, 6),
        (10, 0, 5.9, 1),
        (10, 5, 20, 16),
    ],
)
def test_who_is_refused_is_told_when_it_is_worth_trying(before, current, elapsed, seconds):
    assert wait(TEN_A_MINUTE, before=before, current=current, elapsed=elapsed) == seconds


def test_at_that_time_one_is_taken_and_a_second_earlier_none():
    rng = random.Random(7)
    for _ in range(2_000):
        rate = Rate(rng.randint(1, 30), rng.randint(2, 90))
        before, current = rng.randint(0, rate.limit), rng.randint(0, rate.limit)
        elapsed = rng.random() * rate.seconds
        if not is_over(rate, before=before, current=current + 1, elapsed=elapsed):
            continue
        seconds = wait(rate, before=before, current=current, elapsed=elapsed)
        assert not _refused(rate, before, current, elapsed + seconds)
        assert seconds == 1 or _refused(rate, before, current, elapsed + seconds - 1)


def _refused(rate, before, current, at):
    """Whether one more is refused at a time counted from this window's begin."""
    ago, elapsed = window(rate, at + 1e-9)
    counts = {0: (before, current), 1: (current, 0), 2: (0, 0)}[ago]
    return is_over(rate, before=counts[0], current=counts[1] + 1, elapsed=elapsed)


def test_who_waits_as_told_is_taken_and_is_told_no_longer_than_need_be():
    for limit, before, current, tenth in product(range(1, 5), range(6), range(5), range(70)):
        rate, elapsed = Rate(limit, 7), tenth / 10
        if not is_over(rate, before=before, current=current + 1, elapsed=elapsed):
            continue
        seconds = wait(rate, before=before, current=current, elapsed=elapsed)
        assert seconds >= 1
        assert not is_over_at(rate, before, current, elapsed + seconds)
        assert is_over_at(rate, before, current, elapsed + seconds - 1) or seconds == 1


def is_over_at(rate, before, current, moment):
    """With nothing else coming meanwhile; ``moment`` may lie in the next windows."""
    if moment >= 2 * rate.seconds:
        before = current = 0
    elif moment >= rate.seconds:
        before, current = current, 0
    return is_over(rate, before=before, current=current + 1, elapsed=moment % rate.seconds)

"""A socket's limits: at them, below and above."""

import pytest

from realtime.errors import RateLimited
from realtime.keepalive import Due, Keepalive
from realtime.limits import BadFrames, FrameRate


def taken(rate: FrameRate, now: float, frames: int) -> int:
    """How many of so many frames were within the rate."""
    count = 0
    for _ in range(frames):
        try:
            rate.take(now)
        except RateLimited:
            continue
        count += 1
    return count


def test_a_burst_of_twice_the_rate_is_taken_and_then_the_rate():
    rate = FrameRate(30, now=0.0)
    assert taken(rate, 0.0, 61) == 60
    assert taken(rate, 1.0, 31) == 30
    assert taken(rate, 100.0, 61) == 60


def test_a_limited_frame_is_told_how_long_to_wait_and_then_taken():
    rate = FrameRate(10, now=0.0)
    taken(rate, 0.0, 20)
    with pytest.raises(RateLimited) as limited:
        rate.take(0.0)
    assert limited.value.retry_after == 0.1
    rate.take(0.1)


def flood(rate, begin, end):
    """200 frames a second; when it was first hopeless, None when it never was."""
    for count in range(int((end - begin) * 200)):
        now = begin + count / 200
        if not taken(rate, now, 1) and rate.is_hopeless(now):
            return now
    return None


def test_ten_seconds_of_too_much_without_a_pause_are_hopeless():
    rate = FrameRate(30, now=0.0)
    # The burst is used up after a third of a second; then one frame in seven is still taken.
    assert flood(rate, 0.0, 10.3) is None
    assert flood(rate, 10.3, 12.0) == pytest.approx(10.35, abs=0.1)


@pytest.mark.parametrize(("silence", "is_pause"), [(0.5, False), (1.1, True)])
def test_a_second_without_a_refusal_is_a_pause(silence, is_pause):
    rate = FrameRate(30, now=0.0)
    assert flood(rate, 0.0, 9.0) is None
    assert (flood(rate, 9.0 + silence, 11.5) is None) is is_pause


def test_the_twentieth_bad_frame_within_a_minute_is_one_too_many():
    bad = BadFrames()
    assert [bad.add(now) for now in range(20)] == [False] * 19 + [True]


def test_bad_frames_over_more_than_a_minute_are_forgiven():
    bad = BadFrames()
    assert not any(bad.add(now * 61 / 19) for now in range(100))


def keepalive(expires_at: float = 1e9) -> Keepalive:
    return Keepalive(0.0, interval=25, timeout=20, expires_at=expires_at)


def test_a_heartbeat_is_due_every_interval_and_once():
    socket = keepalive()
    assert socket.wait(0.0, 0.0) == 25
    assert socket.due(24.9, 0.0) == []
    assert socket.due(25.0, 0.0) == [Due.HEARTBEAT]
    assert socket.due(25.0, 0.0) == []
    assert socket.wait(25.0, 0.0) == 20


def test_silence_of_interval_and_timeout_is_the_end():
    socket = keepalive()
    socket.heard(10.0)
    assert Due.IDLE not in socket.due(54.9, 0.0)
    assert socket.due(55.0, 0.0) == [Due.IDLE]


def test_the_end_of_an_identity_is_told_a_minute_before_and_once():
    socket = keepalive(expires_at=100.0)
    assert socket.due(1.0, 39.9) == []
    assert socket.due(1.0, 40.0) == [Due.EXPIRING]
    assert socket.seconds_left(40.0) == 60
    assert socket.due(1.0, 99.9) == []
    assert socket.due(1.0, 100.0) == [Due.EXPIRED]


def test_a_renewed_identity_lasts_longer_and_is_warned_of_again():
    socket = keepalive(expires_at=100.0)
    socket.due(1.0, 50.0)
    socket.renew(1000.0)
    assert socket.due(1.0, 500.0) == []
    assert socket.due(1.0, 940.0) == [Due.EXPIRING]

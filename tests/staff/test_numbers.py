"""From counts to rates and quantiles."""

import pytest

from realtime.staff.numbers import largest, per_second, quantile

INF = float("inf")
NOTHING = ((0.01, 0.0), (0.1, 0.0), (INF, 0.0))


def test_a_rate_is_the_difference_over_the_time():
    assert per_second(100, 250, 2.0) == 75.0
    assert per_second(100, 250, 0.0) == 0.0


@pytest.mark.parametrize(
    ("now", "half", "most"),
    [
        (NOTHING, None, None),
        (((0.01, 100.0), (0.1, 100.0), (INF, 100.0)), 5.0, 9.9),
        (((0.01, 50.0), (0.1, 100.0), (INF, 100.0)), 10.0, 98.2),
        # Above the last bound nothing more is known.
        (((0.01, 0.0), (0.1, 0.0), (INF, 10.0)), 100.0, 100.0),
    ],
)
def test_a_quantile_lies_inside_its_bucket(now, half, most):
    assert quantile(NOTHING, now, 0.5) == half
    assert quantile(NOTHING, now, 0.99) == most


def test_what_was_counted_before_does_not_count():
    before = ((0.01, 1000.0), (0.1, 1000.0), (INF, 1000.0))
    now = ((0.01, 1000.0), (0.1, 1010.0), (INF, 1010.0))
    assert quantile(before, now, 0.5) == 55.0


def test_the_ten_largest_rooms_come_the_largest_first():
    rooms = largest((f"post:{n}", n) for n in range(30))
    assert rooms[0] == ("post:29", 29)
    assert len(rooms) == 10

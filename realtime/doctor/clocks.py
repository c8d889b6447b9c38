"""Whether the machines agree on the time: tokens, leases and the times of events depend on it.

Pure.
"""

from realtime.doctor.finding import Finding, ok, wrong

#: Seconds by which two clocks may differ, beside the time that the question took.
TOLERANCE_SECONDS = 2.0


def compare(whose: str, theirs: float, *, asked: float, answered: float) -> Finding:
    """Another clock beside ours, which was read before and after the question."""
    code = f"clock.{whose.lower()}"
    difference = theirs - (asked + answered) / 2
    if abs(difference) <= TOLERANCE_SECONDS + (answered - asked) / 2:
        return ok(code, f"The clock of {whose} and ours differ by {abs(difference):.2f} s.")
    side = "ahead of" if difference > 0 else "behind"
    return wrong(
        code,
        f"The clock of {whose} is {abs(difference):.1f} s {side} ours.",
        "Set both machines by NTP (chrony or systemd-timesyncd), and look why one is not.",
    )

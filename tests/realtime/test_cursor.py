"""A cursor reads back as it was written, and nothing else reads as one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.cursor import Cursor
from realtime.errors import InvalidFrame


@settings(deadline=None)  # it is not about time
@given(st.from_regex(r"\A[0-9a-z]{1,32}\Z"), st.integers(0, 10**18 - 1))
def test_a_cursor_reads_back_as_it_was_written(epoch, seq):
    assert Cursor.parse(str(Cursor(epoch, seq))) == (epoch, seq)


STRANGE = ["", "7", "abc", "abc-", "-7", "abc--7", "abc-07", "abc-7 ", "abc-٧", "ABC-7"]
TOO_LONG = ["a" * 33 + "-1", "abc-" + "9" * 19]


@pytest.mark.parametrize("text", [*STRANGE, *TOO_LONG, "abc-1e3", "abc-7\n", "\x00-1"])
def test_a_text_that_the_server_never_gave_is_refused(text):
    with pytest.raises(InvalidFrame, match="is none that this server gave"):
        Cursor.parse(text)

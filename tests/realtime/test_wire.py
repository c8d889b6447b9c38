"""WebSocket frames as bytes: what a client may send, in whatever pieces it comes."""

import pytest

from realtime import wire
from realtime.wire import Message, Reader, Violation

KEY = b"\x11\x22\x33\x44"


def sent(opcode, payload, *, fin=True, masked=True, reserved=0):
    """A frame as a client sends it."""
    size = len(payload)
    head = bytes([(0x80 if fin else 0) | reserved | opcode])
    mask = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65_536:
        head += bytes([mask | 126]) + size.to_bytes(2)
    else:
        head += bytes([mask | 127]) + size.to_bytes(8)
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[at % 4] for at, byte in enumerate(payload))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_message_of_any_size_is_read_as_it_was_written(size):
    payload = bytes(at % 251 for at in range(size))
    assert Reader(100_000).feed(sent(2, payload)) == [Message(2, payload)]


def test_messages_come_out_whole_whatever_the_pieces():
    stream = sent(1, b"one") + sent(9, b"ping") + sent(1, b"x" * 300) + sent(1, b"")
    reader, found = Reader(1000), []
    for byte in stream:
        found += reader.feed(bytes([byte]))
    assert found == [(1, b"one"), (9, b"ping"), (1, b"x" * 300), (1, b"")]
    assert Reader(1000).feed(stream) == found


def test_fragments_are_put_together_and_a_ping_may_come_between():
    reader = Reader(1000)
    assert reader.feed(sent(1, b"Hel", fin=False)) == []
    assert reader.feed(sent(9, b"")) == [(9, b"")]
    assert reader.feed(sent(0, b"l", fin=False)) == []
    assert reader.feed(sent(0, b"o")) == [(1, b"Hello")]
    assert reader.feed(sent(2, b"next")) == [(2, b"next")]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (sent(1, b"x", masked=False), 1002),
        (sent(1, b"x", reserved=0x40), 1002),
        (sent(3, b"x"), 1002),
        (sent(11, b""), 1002),
        (sent(0, b"x"), 1002),
        (sent(1, b"a", fin=False) + sent(1, b"b"), 1002),
        (sent(9, b"", fin=False), 1002),
        (sent(9, b"x" * 126), 1002),
        (sent(1, b"x" * 101), 1009),
        (sent(1, b"x" * 60, fin=False) + sent(0, b"x" * 60), 1009),
    ],
)
def test_what_breaks_the_protocol_is_refused_with_its_code(stream, code):
    with pytest.raises(Violation) as refused:
        Reader(100).feed(stream)
    assert refused.value.code == code


def test_a_frame_that_is_too_large_is_refused_before_it_has_come():
    with pytest.raises(Violation) as refused:
        Reader(100).feed(sent(1, b"x" * 5000)[:14])
    assert refused.value.code == 1009


def test_nothing_counts_after_a_close():
    found = Reader(100).feed(sent(8, b"\x03\xe8") + sent(1, b"late"))
    assert found == [(8, b"\x03\xe8")]


def test_a_close_may_be_empty_but_not_nonsense():
    assert wire.close_code(b"") == 1005
    assert wire.close_code(b"\x03\xe8bye") == 1000
    assert wire.close_code((4200).to_bytes(2)) == 4200
    for payload in (b"\x03", (1005).to_bytes(2), (999).to_bytes(2), b"\x03\xe8\xff"):
        with pytest.raises(Violation):
            wire.close_code(payload)


def test_the_reason_of_a_close_fits_its_frame_and_stays_utf_8():
    frame = wire.close_frame(4000, "日" * 60)
    assert len(frame) <= 2 + 125
    assert frame[4:].decode() == "日" * 41


def test_the_handshake_is_answered_as_in_rfc_6455():
    assert wire.accept_key(b"dGhlIHNhbXBsZSBub25jZQ==") == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert wire.accept_key(b"") is None
    assert wire.accept_key(b"c2hvcnQ=") is None
    assert wire.accept_key(b"!" * 24) is None

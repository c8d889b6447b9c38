"""What clients may send, and what they are told of the rest."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.errors import InvalidFrame, InvalidJSON, RateLimited, RealtimeError, UnknownRoom
from realtime.frames import (
    Auth,
    CloseCode,
    RoomCommand,
    SyncRequest,
    decode,
    decode_payload,
    encode,
    encode_error,
    is_server_only,
    readable_id,
)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", InvalidJSON, "not JSON"),
        ("{", InvalidJSON, "not JSON"),
        ("{'type':'x'}", InvalidJSON, "not JSON"),
        ('{"type":"x"}x', InvalidJSON, "not JSON"),
        ('{"type":NaN}', InvalidJSON, "not JSON"),
        ('{"type":"\ud800"}', InvalidJSON, "not JSON"),
        ('{"type":"\\ud800"}', InvalidJSON, "not JSON"),
        ("[]", InvalidFrame, "got `array`"),
        ("{}", InvalidFrame, "missing required field `type`"),
        ('{"type":7}', InvalidFrame, r"at `\$.type`"),
        ('{"type":""}', InvalidFrame, r"at `\$.type`"),
        ('{"type":"x","id":7}', InvalidFrame, r"at `\$.id`"),
        ('{"type":"x","id":""}', InvalidFrame, r"at `\$.id`"),
        ('{"type":"x","id":"' + "i" * 65 + '"}', InvalidFrame, r"at `\$.id`"),
        ('{"type":"x","payload":' + "[" * 10_000 + "]" * 10_000 + "}", InvalidFrame, "too deep"),
    ],
)
def test_a_frame_that_is_none_is_refused_with_where_it_is_wrong(text, error, message):
    with pytest.raises(error, match=message):
        decode(text)


def test_a_frame_takes_an_id_of_64_characters_and_members_that_it_does_not_know():
    frame = decode('{"type":"heartbeat","id":"' + "i" * 64 + '","new":1}')
    assert (frame.type, frame.id, bytes(frame.payload)) == ("heartbeat", "i" * 64, b"{}")


@given(st.text())
def test_any_text_gives_a_frame_or_a_realtime_error(text):
    with contextlib.suppress(RealtimeError):
        decode(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"id":"a","type":7}', "a"),
        ('{"id":7}', None),
        ("{", None),
        ('"a"', None),
        ("\ud800", None),
    ],
)
def test_the_id_of_a_bad_frame_is_found_where_there_is_one(text, found):
    assert readable_id(text) == found


@pytest.mark.parametrize(
    ("kind", "payload", "message"),
    [
        (Auth, "{}", "missing required field `token`"),
        (Auth, '{"token":null}', r"at `\$.token`"),
        (RoomCommand, '{"room":["a"]}', r"at `\$.room`"),
        (RoomCommand, '{"room":""}', r"at `\$.room`"),
        (RoomCommand, '"public"', "got `str`"),
        (RoomCommand, "null", "got `null`"),
        (SyncRequest, '{"cursor":"a-1","limit":0}', r"at `\$.limit`"),
        (SyncRequest, '{"cursor":"a-1","limit":501}', r"at `\$.limit`"),
        (SyncRequest, '{"cursor":"a-1","limit":1.5}', r"at `\$.limit`"),
        (SyncRequest, '{"cursor":7}', r"at `\$.cursor`"),
    ],
)
def test_a_payload_of_the_wrong_shape_is_refused_with_where_it_is_wrong(kind, payload, message):
    frame = decode('{"type":"x","payload":' + payload + "}")
    with pytest.raises(InvalidFrame, match=f"x payload: .*{message}"):
        decode_payload(frame, kind)


@pytest.mark.parametrize("limit", [1, 500])
def test_the_limits_of_a_sync_are_within_it(limit):
    frame = decode(f'{{"type":"x","payload":{{"cursor":"a-1","limit":{limit}}}}}')
    assert decode_payload(frame, SyncRequest).limit == limit


def test_an_error_frame_says_code_message_id_and_when_to_try_again():
    assert msgspec.json.decode(encode_error(UnknownRoom("no such room"), "7").data) == {
        "type": "error",
        "id": "7",
        "payload": {"code": "unknown_room", "message": "no such room"},
    }
    limited = encode_error(RateLimited("slow down", retry_after=1.5), None)
    assert msgspec.json.decode(limited.data) == {
        "type": "error",
        "payload": {"code": "rate_limited", "message": "slow down", "retryAfter": 1.5},
    }


def test_a_frame_is_the_same_as_text_and_as_bytes():
    frame = encode("ack", {"body": "日本語"}, id="1")
    assert frame.text == '{"type":"ack","id":"1","payload":{"body":"日本語"}}'
    assert frame.data == frame.text.encode()


@pytest.mark.parametrize("kind", ["connect", "ack", "bye", "sync:response", "staff:load"])
def test_control_types_are_for_the_server_alone(kind):
    assert is_server_only(kind)
    assert not is_server_only("room:join")


def test_the_hundreds_of_a_close_code_tell_what_to_do():
    assert sorted(CloseCode) == [4000, 4001, 4003, 4009, 4100, 4103, 4200, 4202, 4203, 4205]

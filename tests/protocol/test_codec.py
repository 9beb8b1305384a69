import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import codec, messages
from protocol.errors import InvalidField, MalformedMessage, ProtocolError, UnknownType
from protocol.messages import (
    BrowserToGateway,
    BrowserToSignaling,
    Bye,
    CameraInfo,
    Cameras,
    Candidate,
    Hello,
    Introduction,
    Offer,
    Ping,
    RegisterCamera,
    RegisterGateway,
    SignalingToBrowser,
    Sync,
)
from tests.protocol import strategies
from tests.protocol.test_vectors import DIRECTIONS

MESSAGES = sorted(
    {cls for direction in DIRECTIONS.values() for cls in codec.choices(direction)},
    key=lambda cls: cls.__name__,
)
DIRECTION_NAMES = st.sampled_from(sorted(DIRECTIONS))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


# Hypothesis


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_round_trip(cls: Any, data: st.DataObject) -> None:
    message = data.draw(strategies.messages(cls))
    text = codec.encode(message)
    assert codec.decode(text, cls) == message
    assert codec.decode(text.encode(), cls) == message


def refusal(text: str | bytes, direction: str) -> ProtocolError | None:
    """Return why ``text`` is refused; anything else than a ProtocolError is a failure."""
    try:
        codec.decode(text, DIRECTIONS[direction])
    except ProtocolError as error:
        return error
    return None


def assert_can_be_sent(error: ProtocolError | None) -> None:
    """What was wrong goes into a log line and into an ``error`` message."""
    if error is not None:
        detail = str(error)
        answer = messages.Error(error.problem, detail)
        assert codec.decode(codec.encode(answer).encode(), messages.Error) == answer


@given(text=st.text(st.characters()) | st.binary(), direction=DIRECTION_NAMES)
@settings(max_examples=300, deadline=None)
def test_random_text_is_refused_politely(text: str | bytes, direction: str) -> None:
    assert_can_be_sent(refusal(text, direction))


@given(wire=JSON_VALUES, direction=DIRECTION_NAMES)
@settings(max_examples=300, deadline=None)
def test_random_json_is_refused_politely(wire: object, direction: str) -> None:
    assert_can_be_sent(refusal(json.dumps(wire), direction))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_message_is_refused_politely(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(MESSAGES))
    wire = codec.to_wire(data.draw(strategies.messages(cls)))
    key = data.draw(st.sampled_from(sorted(wire)) | st.text(st.characters()))
    wire[key] = data.draw(JSON_VALUES)
    assert_can_be_sent(refusal(json.dumps(wire), data.draw(DIRECTION_NAMES)))


# Writing


def test_writes_compact_json_in_the_names_of_the_wire() -> None:
    message = Candidate("s1", "candidate:1", sdp_mid="0", sdp_m_line_index=0)
    assert codec.encode(message) == (
        '{"type":"candidate","session":"s1","candidate":"candidate:1","sdpMid":"0",'
        '"sdpMLineIndex":0}'
    )


def test_leaves_defaults_out_but_always_writes_the_version() -> None:
    assert codec.encode(Hello()) == '{"type":"hello","v":1}'
    cameras = Cameras((CameraInfo("front", "Front", "idle", viewers=0, motion=False),))
    assert codec.encode(cameras) == (
        '{"type":"cameras","cameras":[{"id":"front","name":"Front","state":"idle"}]}'
    )


def test_writes_null_where_null_means_something() -> None:
    assert json.loads(codec.encode(Candidate("s1", None)))["candidate"] is None


def test_writes_the_role_of_a_registration() -> None:
    wire = codec.to_wire(RegisterGateway("home"))
    assert (wire["type"], wire["role"]) == ("register", "gateway")


def test_writes_text_as_it_is() -> None:
    assert "정문" in codec.encode(Bye("s1", "정문"))


def test_does_not_write_what_is_not_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        codec.encode(Sync(float("nan")))


# Reading


def test_the_first_message_decides_who_it_is() -> None:
    device = '{"type":"register","deviceId":"d","role":"camera","streamUrl":"http://a/"}'
    gateway = '{"type":"register","gatewayId":"g","role":"gateway","v":1}'
    assert codec.decode('{"type":"hello","v":1}', Introduction) == Hello()
    assert codec.decode(device, Introduction) == RegisterCamera("d", "http://a/")
    assert codec.decode(gateway, Introduction) == RegisterGateway("g")


def test_names_the_roles_there_are() -> None:
    with pytest.raises(UnknownType, match=r"role 'board': expected one of camera, gateway"):
        codec.decode('{"type":"register","role":"board"}', Introduction)


def test_names_the_types_there_are() -> None:
    with pytest.raises(UnknownType, match=r"type 'x': expected one of bye, candidate, hello,"):
        codec.decode('{"type":"x"}', BrowserToSignaling)


def test_null_means_left_out() -> None:
    text = '{"type":"cameras","cameras":[{"id":"a","name":"A","state":"idle","viewers":null}]}'
    assert codec.decode(text, Cameras).cameras[0].viewers == 0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"type":"cameras","cameras":[{"id":"a","name":"A","state":"x"}]}', "cameras[0].state"),
        ('{"type":"cameras","cameras":[{"id":"a","name":"A"}]}', "cameras[0].state"),
        ('{"type":"welcome","v":1,"peer":"p","role":"viewer"}', "heartbeatS"),
        ('{"type":"ping","id":true}', "id"),
        ('{"type":"bye","session":"s","why":1}', "why"),
    ],
)
def test_names_the_field(text: str, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        codec.decode(text, SignalingToBrowser)
    assert caught.value.field == field
    assert str(caught.value) == f"{field}: expected {caught.value.expected}"


def test_what_a_stranger_named_a_field_does_not_reach_the_log_raw() -> None:
    name = "a\r\n\x1b[2J\ud800" + "b" * 100
    with pytest.raises(InvalidField) as caught:
        codec.decode(json.dumps({"type": "ping", "id": 1, name: 1}), Ping)
    assert str(caught.value).isprintable()
    assert len(caught.value.field) <= 80


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_bytes_are_plain_utf_8(encoding: str) -> None:
    with pytest.raises(MalformedMessage):
        codec.decode('{"type":"ping","id":1}'.encode(encoding), Ping)


def test_bytes_without_lone_surrogates() -> None:
    with pytest.raises(MalformedMessage):
        codec.decode(b'{"type":"bye","session":"s","reason":"\xed\xa0\x80"}', Bye)


@pytest.mark.parametrize("filler", ["x", "é", "카", "🚗"])
def test_size_counts_in_bytes_of_utf_8(filler: str) -> None:
    frame = '{"type":"ping","id":1}'
    room = codec.MAX_MESSAGE_BYTES - len(frame)
    assert codec.decode(frame + " " * room, Ping) == Ping(1)
    with pytest.raises(MalformedMessage, match="65537 bytes"):
        codec.parse(frame + " " * (room + 1))
    too_many = filler * (codec.MAX_MESSAGE_BYTES // len(filler.encode()) + 1)
    with pytest.raises(MalformedMessage, match="expected at most 65536"):
        codec.parse(too_many)


def test_the_largest_offer_fits() -> None:
    offer = Offer("s" * 64, "c" * 64, "\n" * 30_000)
    assert codec.decode(codec.encode(offer), Offer) == offer


def test_a_very_long_number_is_refused_quickly() -> None:
    text = '{"type":"sync","sentMs":' + "9" * 60_000 + "}"
    assert isinstance(refusal(text, "browserToGateway"), ProtocolError)


def test_a_direction_may_be_a_single_message() -> None:
    assert codec.decode('{"type":"sync","sentMs":1.5}', BrowserToGateway) == Sync(1.5)


def test_problems_have_a_stable_type() -> None:
    assert MalformedMessage("x").problem == "urn:peerlens:problem:malformed-message"
    assert UnknownType("x").problem == "urn:peerlens:problem:unknown-type"
    assert InvalidField("a", "b").problem == "urn:peerlens:problem:invalid-field"

"""Both encoders, read back by FFmpeg's decoders."""

import av
import numpy as np
import pytest
from av import CodecContext, Packet, VideoFrame

from gateway.encode import Encoder, create_encoder
from gateway.encode.h264_payload import split_annex_b
from gateway.units import Codec
from tests.support.pictures import picture


def yuv(number: int) -> VideoFrame:
    frame = picture(number).reformat(format="yuv420p")
    frame.pts = number * 3_000
    return frame


@pytest.fixture(params=list(Codec))
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return create_encoder(request.param, 320, 240, 30.0, 1_000)


def test_every_picture_comes_out_at_once(encoder: Encoder) -> None:
    for number in range(30):
        payloads, _ = encoder.encode(yuv(number), keyframe=False)
        assert payloads


def test_keyframes_come_first_and_when_asked_and_only_then(encoder: Encoder) -> None:
    asked = {17, 40}
    keyframes = {number for number in range(60) if encoder.encode(yuv(number), number in asked)[1]}
    assert keyframes == asked | {0}


def test_h264_is_constrained_baseline_with_parameter_sets_before_each_idr() -> None:
    encoder = create_encoder(Codec.H264, 320, 240, 30.0, 1_000)
    for number in range(3):
        payloads, _ = encoder.encode(yuv(number), keyframe=number == 2)
        kinds = [payload[0] & 0x1F for payload in payloads]
        if number in (0, 2):
            assert kinds[:2] == [7, 8]
            profile_idc, constraints = payloads[0][1], payloads[0][2]
            assert profile_idc == 66
            assert constraints & 0x40
        else:
            assert 7 not in kinds


def test_h264_decodes_to_the_picture_that_went_in() -> None:
    encoder = create_encoder(Codec.H264, 320, 240, 30.0, 2_000)
    decoder = CodecContext.create("h264", "r")
    decoded = []
    for number in range(10):
        payloads, _ = encoder.encode(yuv(number), keyframe=False)
        assert all(payload[0] & 0x1F != 28 for payload in payloads), "small enough for one each"
        stream = b"".join(b"\x00\x00\x01" + payload for payload in payloads)
        assert len(list(split_annex_b(stream))) == len(payloads)
        decoded += decoder.decode(Packet(stream))
    decoded += decoder.decode(None)
    assert len(decoded) == 10
    sent, shown = yuv(9).to_ndarray(format="gray"), decoded[9].to_ndarray(format="gray")
    assert abs(sent.astype(int) - shown.astype(int)).mean() < 6


@pytest.mark.parametrize("codec", list(Codec))
def test_the_bitrate_limit_is_used_and_held(codec: Codec) -> None:
    encoder = create_encoder(codec, 320, 240, 30.0, 500)
    noise = np.random.default_rng(1)
    sizes = []
    for number in range(90):
        frame = yuv(number)
        grain = noise.normal(0.0, 4.0, (240, 320))
        pixels = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(240, -1).copy()
        pixels[:, :320] = np.clip(pixels[:, :320] + grain, 0, 255)
        frame.planes[0].update(pixels.tobytes())
        payloads, _ = encoder.encode(frame, keyframe=False)
        sizes.append(sum(map(len, payloads)))
    assert sum(sizes[30:]) * 8 / 2.0 / 1_000 == pytest.approx(500, rel=0.4)


def test_the_bitrate_limit_holds_for_noise() -> None:
    encoder = create_encoder(Codec.H264, 320, 240, 30.0, 500)
    noise = np.random.default_rng(1)
    sizes = []
    for number in range(90):
        frame = av.VideoFrame.from_ndarray(
            noise.integers(0, 255, (240, 320, 3), dtype=np.uint8), format="rgb24"
        ).reformat(format="yuv420p")
        frame.pts = number * 3_000
        payloads, _ = encoder.encode(frame, keyframe=False)
        sizes.append(sum(map(len, payloads)))
    assert sum(sizes[30:]) * 8 / 2.0 / 1_000 < 500 * 1.3

import cv2
import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from gateway.decode import (
    JpegDecoder,
    PictureConverter,
    encode_jpeg,
    jpeg_luma,
    jpeg_size,
    luma_plane,
)
from gateway.errors import DecodeError
from gateway.units import JpegFrame, RawFrame
from tests.support.pictures import jpeg, picture


def test_decodes_and_keeps_the_capture_time() -> None:
    raw = JpegDecoder().decode(JpegFrame(jpeg(3), 12.5, 12.5))
    assert (raw.picture.width, raw.picture.height, raw.capture_s) == (320, 240, 12.5)


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="JPEG of"):
        JpegDecoder().decode(JpegFrame(data, 0.0, 0.0))


def test_damaged_pictures_are_refused_and_merely_odd_ones_are_not() -> None:
    decoder = JpegDecoder()
    whole = jpeg(1, 640, 480)
    with pytest.raises(DecodeError):
        decoder.decode(JpegFrame(whole[: len(whole) // 2], 0.0, 0.0))
    for odd in (whole + bytes(50), whole[:-2], whole[:-2] + b"\xff" * 8 + b"\xff\xd9"):
        assert decoder.decode(JpegFrame(odd, 0.0, 0.0)).picture.width == 640


def test_goes_on_after_garbage() -> None:
    decoder = JpegDecoder()
    with pytest.raises(DecodeError):
        decoder.decode(JpegFrame(b"\xff\xd8nonsense", 0.0, 0.0))
    assert decoder.decode(JpegFrame(jpeg(1), 0.0, 0.0)).picture.width == 320


def test_a_picture_that_claims_to_be_enormous_is_refused() -> None:
    data = bytearray(jpeg(1))
    start_of_frame = data.index(b"\xff\xc0")
    data[start_of_frame + 5 : start_of_frame + 9] = b"\xff\x00\xff\x00"
    with pytest.raises(DecodeError):
        JpegDecoder().decode(JpegFrame(bytes(data), 0.0, 0.0))


def test_full_range_becomes_limited_range() -> None:
    white = np.full((64, 64, 3), 255, np.uint8)
    ok, data = cv2.imencode(".jpg", white)
    assert ok
    raw = JpegDecoder().decode(JpegFrame(data.tobytes(), 0.0, 0.0))
    converted = PictureConverter().to_yuv420p(raw.picture)
    assert converted.format.name == "yuv420p"
    assert abs(int(np.frombuffer(memoryview(converted.planes[0]), np.uint8).max()) - 235) <= 1


def test_odd_sizes_become_even() -> None:
    odd = VideoFrame(321, 241, "yuv420p")
    converted = PictureConverter().to_yuv420p(odd)
    assert (converted.width, converted.height) == (320, 240)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj422p", "rgb24", "gray"])
def test_luma_is_the_brightness_at_160x120(pixel_format: str) -> None:
    luma = luma_plane(picture(0).reformat(format=pixel_format))
    assert luma.shape == (120, 160)
    assert luma[45, 8] > 200, "the bright square"
    assert luma[10, 80] < 60


def test_a_raw_picture_becomes_jpeg() -> None:
    frame = encode_jpeg(RawFrame(picture(2), 7.0, 7.0, 7.0))
    assert frame.capture_s == 7.0
    again = JpegDecoder().decode(frame)
    assert again.picture.width == 320


@pytest.mark.parametrize(
    ("width", "height"), [(480, 320), (640, 480), (1280, 720), (333, 251), (160, 120), (40, 30)]
)
def test_both_ways_to_the_luma_plane_agree(width: int, height: int) -> None:
    frame = JpegFrame(jpeg(3, width, height), 0.0, 0.0)
    from_picture = luma_plane(JpegDecoder().decode(frame).picture).astype(int)
    from_jpeg = jpeg_luma(frame)
    assert from_jpeg.dtype == np.uint8
    assert from_jpeg.shape == (120, 160)
    apart = np.abs(from_jpeg - from_picture)
    assert apart.mean() < 1.0
    assert apart.max() < 12, "far below what counts as changed"
    assert jpeg_size(frame) == (width, height)


@given(st.binary(max_size=300))
def test_garbage_gives_no_luma_and_no_size(data: bytes) -> None:
    for read in (jpeg_luma, jpeg_size):
        with pytest.raises(DecodeError, match="JPEG of"):
            read(JpegFrame(b"\xff\xd8\xff" + data, 0.0, 0.0))


def test_damage_gives_no_luma_and_not_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    whole = jpeg(1, 640, 480)
    for damaged in (whole[: len(whole) // 2], whole[:-2], whole[:-200] + whole[-2:]):
        with pytest.raises(DecodeError):
            jpeg_luma(JpegFrame(damaged, 0.0, 0.0))
    assert capfd.readouterr().err == ""


def test_no_luma_of_what_claims_to_be_enormous() -> None:
    data = bytearray(jpeg(1))
    start_of_frame = data.index(b"\xff\xc0")
    data[start_of_frame + 5 : start_of_frame + 9] = b"\xff\x00\xff\x00"
    with pytest.raises(DecodeError, match="too large"):
        jpeg_luma(JpegFrame(bytes(data), 0.0, 0.0))

import time
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.stamp import HEIGHT, WIDTH, read_stamp, stamp

NOW_MS = 1_795_000_000_000


@given(st.integers(NOW_MS - 10**11, NOW_MS + 10**11))
def test_reads_what_was_painted(epoch_ms: int) -> None:
    gray = np.full((HEIGHT, WIDTH), 90, np.uint8)
    stamp(gray, epoch_ms)
    assert read_stamp(gray, NOW_MS) == epoch_ms


def test_the_layout_is_the_documented_one() -> None:
    """Anybody who reads stamps in another language relies on this."""
    frame = np.full((100, 300, 3), 90, np.uint8)
    stamp(frame, 0x01_80_00_00_03)
    blocks = frame[8:48:16, 8:256:16, 0] // 255
    assert blocks.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        # 0x03, then the checksum 0x5A + 1 * 0x01 + 2 * 0x80 + 5 * 0x03 = 0x16A.
        [0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0],
    ]
    assert (frame[48:] == 90).all()
    assert (frame[:, 256:] == 90).all()


@pytest.mark.parametrize("value", [0, 255, 127, 128])
def test_a_plain_picture_has_no_stamp(value: int) -> None:
    assert read_stamp(np.full((480, 640), value, np.uint8), NOW_MS) is None


def test_a_picture_too_small_has_no_stamp() -> None:
    assert read_stamp(np.zeros((47, 640), np.uint8), NOW_MS) is None
    assert read_stamp(np.zeros((480, 255), np.uint8), NOW_MS) is None


@pytest.mark.parametrize("quality", [20, 80])
def test_survives_jpeg(quality: int) -> None:
    frame = Scene(640, 480).render(0.0)
    stamp(frame, NOW_MS + 123)
    _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    gray = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert gray is not None
    assert read_stamp(np.asarray(gray, np.uint8), NOW_MS) == NOW_MS + 123


def test_survives_h264_at_500_kbit() -> None:
    encoder = av.CodecContext.create("libx264", "w")
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(encoder, av.VideoCodecContext)
    assert isinstance(decoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 30), Fraction(30)
    encoder.bit_rate = 500_000
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "maxrate": "500k",
        "bufsize": "64k",
    }
    scene, sent, seen = Scene(640, 480), [], []
    for number in range(60):
        frame = scene.render(number / 30)
        sent.append(NOW_MS + number * 33)
        stamp(frame, sent[-1])
        picture = av.VideoFrame.from_ndarray(frame, format="bgr24").reformat(format="yuv420p")
        picture.pts = number
        for packet in encoder.encode(picture):
            for shown in decoder.decode(packet):
                gray = np.asarray(shown.to_ndarray(format="gray"), np.uint8)
                seen.append(read_stamp(gray, NOW_MS))
    assert len(seen) >= 55
    assert seen == sent[: len(seen)]


def test_costs_next_to_nothing() -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    start_s = time.perf_counter()
    for number in range(100):
        stamp(frame, NOW_MS + number)
    assert (time.perf_counter() - start_s) / 100 < 0.003

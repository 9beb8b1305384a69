import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from peerlens.virtual_camera import (
    Picture,
    PictureFormat,
    PicturesError,
    ScenePictures,
    VideoPictures,
    WebcamPictures,
)
from peerlens.virtual_camera.stamp import read_stamp

FPS = 20
LEVELS = (30, 90, 150, 210)
"""Brightness of the film's pictures, a quarter of a second each."""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(FPS):
            level = LEVELS[number * len(LEVELS) // FPS]
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8))
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def gray(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    decoded = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def test_a_film_plays_in_real_time_and_again(film: Path) -> None:
    pictures = VideoPictures(film, PictureFormat(320, 240, 30, stamped=True))
    seen: list[int] = []
    end_s = time.monotonic() + 2.2
    while time.monotonic() < end_s:
        picture = pictures.next()
        assert gray(picture).shape == (240, 320)
        level = float(gray(picture)[100:].mean())
        nearest = min(LEVELS, key=lambda each: abs(each - level))
        if not seen or seen[-1] != nearest:
            seen.append(nearest)
        time.sleep(0.01)
    pictures.close()
    assert seen[:8] == [*LEVELS, *LEVELS]


def test_a_film_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PicturesError, match="no such file"):
        VideoPictures(tmp_path / "nothing.mp4", PictureFormat())
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    pictures = VideoPictures(text, PictureFormat())
    with pytest.raises(PicturesError, match=r"text\.mp4 is not a video: Invalid data"):
        pictures.prepare()
    for _ in range(2):
        with pytest.raises(PicturesError, match=r"text\.mp4: Invalid data"):
            pictures.next()


def test_a_webcam_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PicturesError, match="no such webcam"):
        WebcamPictures(str(tmp_path / "video9"), PictureFormat())
    file = tmp_path / "file"
    file.touch()
    pictures = WebcamPictures(str(file), PictureFormat())
    with pytest.raises(PicturesError, match="no webcam, or it is in use"):
        pictures.next()
    pictures.close()


def test_the_scene_is_stamped_with_now() -> None:
    pictures = ScenePictures(320, 240, stamped=True)
    before_ms = time.time_ns() // 1_000_000
    picture = pictures.next()
    after_ms = time.time_ns() // 1_000_000
    read = read_stamp(gray(picture), after_ms)
    assert read is not None
    assert before_ms <= read <= after_ms
    assert picture.captured_s <= time.monotonic()


@pytest.mark.parametrize("bad", [{"fps": 0}, {"fps": -1.0}, {"fps": 1e9}, {"quality": 0}])
def test_refuses_a_bad_format(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        PictureFormat(**bad)  # type: ignore[arg-type]

import asyncio
import time

import pytest

from gateway.decode import JpegDecoder
from gateway.settings import CameraSettings
from gateway.source.synthetic import SyntheticSource
from gateway.units import JpegFrame
from tests.support.polling import until


async def test_delivers_moving_pictures_at_a_steady_rate() -> None:
    source = SyntheticSource(CameraSettings(source="synthetic:?width=320&height=240&fps=50"))
    frames: list[JpegFrame] = []
    task = asyncio.create_task(source.run(frames.append))  # type: ignore[arg-type]
    await until(lambda: len(frames) >= 50, "fifty frames")
    now_s = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert frames[49].capture_s - frames[0].capture_s == pytest.approx(49 / 50, rel=0.2)
    assert frames[-1].capture_s == pytest.approx(now_s, abs=0.2)
    assert frames[0].data != frames[1].data
    picture = JpegDecoder().decode(frames[0]).picture
    assert (picture.width, picture.height) == (320, 240)
    assert source.stats.delivered == len(frames)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("size=3", "unknown 'size', expected width, height, fps"),
        ("width=0", "width must be a number from 16 to 1920"),
        ("height=99999999999999999999", "height must be"),
        ("fps=fast", "fps must be a number from 1 to 120"),
        ("fps=-5", "fps must be"),
    ],
)
def test_refuses_bad_parameters(query: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SyntheticSource(CameraSettings(source=f"synthetic:?{query}"))

"""Pictures for tests: made, never read from files."""

import cv2
import numpy as np
from av import VideoFrame


def picture(number: int, width: int = 320, height: int = 240) -> VideoFrame:
    """Return an RGB picture with a bright square whose place depends on ``number``."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(20, 90, width, dtype=np.uint8)[None, :]
    left = number * 7 % max(1, width - 32)
    pixels[height // 3 : height // 3 + 32, left : left + 32] = 230
    return VideoFrame.from_ndarray(pixels, format="rgb24")


def jpeg(number: int, width: int = 320, height: int = 240) -> bytes:
    """Return the same picture as JPEG."""
    ok, data = cv2.imencode(".jpg", picture(number, width, height).to_ndarray(format="bgr24"))
    assert ok
    return data.tobytes()

"""The wall clock painted into a picture, so that whoever sees the picture knows its age.

Layout, for readers in any language. The stamp is 256x48 pixels at the top left: 3 rows of 16
square blocks, 16x16 pixels each, white for 1 and black for 0, read left to right and then top to
bottom, most significant bit first. A block's value is whether the mean brightness of its middle
8x8 pixels is above 127.

- 40 bits: milliseconds since 1970-01-01 UTC, modulo 2**40. As that wraps every 34.8 years, the
  reader adds the multiple of 2**40 that brings the value nearest to its own clock.
- 8 bits: checksum (0x5A + 1*b0 + 2*b1 + 3*b2 + 4*b3 + 5*b4) modulo 256, where b0..b4 are the
  five bytes of the time, most significant first. A plain picture fails it.

Large flat blocks survive JPEG, chroma subsampling and H.264 at a few hundred kbit/s.
"""

import cv2
import numpy as np
import numpy.typing as npt

BLOCK = 16
COLUMNS, ROWS = 16, 3
WIDTH, HEIGHT = COLUMNS * BLOCK, ROWS * BLOCK
TIME_BITS = 40
_MARGIN = 4


def stamp(frame: npt.NDArray[np.uint8], epoch_ms: int) -> None:
    """Paint ``epoch_ms`` into ``frame`` (uint8, HxW or HxWx3, at least 256x48), in place."""
    time = (epoch_ms % (1 << TIME_BITS)).to_bytes(TIME_BITS // 8, "big")
    bits = np.unpackbits(np.frombuffer(time + bytes([_checksum(time)]), np.uint8))
    blocks = (bits * np.uint8(255)).reshape(ROWS, COLUMNS)
    painted = cv2.resize(blocks, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    frame[:HEIGHT, :WIDTH] = painted if frame.ndim == 2 else painted[:, :, None]


def read_stamp(gray: npt.NDArray[np.uint8], now_ms: int) -> int | None:
    """Return the time painted into ``gray`` (uint8, HxW) in epoch ms, None if there is none.

    ``now_ms`` is the reader's clock; right within 17 years is enough.
    """
    if gray.shape[0] < HEIGHT or gray.shape[1] < WIDTH:
        return None
    blocks = gray[:HEIGHT, :WIDTH].reshape(ROWS, BLOCK, COLUMNS, BLOCK)
    middle = blocks[:, _MARGIN:-_MARGIN, :, _MARGIN:-_MARGIN].mean(axis=(1, 3))
    data = np.packbits((middle > 127).reshape(-1)).tobytes()
    time, checksum = data[:-1], data[-1]
    if checksum != _checksum(time):
        return None
    period = 1 << TIME_BITS
    value = int.from_bytes(time, "big")
    return value + round((now_ms - value) / period) * period


def _checksum(time: bytes) -> int:
    return (0x5A + sum(weight * byte for weight, byte in enumerate(time, start=1))) % 256

"""Errors of the virtual camera.

PeerlensError
└── PicturesError    the video file or webcam behind it gives no pictures
"""

from peerlens.errors import PeerlensError


class PicturesError(PeerlensError):
    """The pictures' source failed; the message names it and says why."""

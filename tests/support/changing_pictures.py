"""A camera's pictures whose size changes while they are being streamed."""

from peerlens.virtual_camera import Picture, ScenePictures


class ChangingPictures:
    """The demo's scene, large (640x480) or small (320x240), at 25 frames/s."""

    def __init__(self) -> None:
        self.fps = 25.0
        self.is_large = True
        self._large = ScenePictures(640, 480, self.fps)
        self._small = ScenePictures(320, 240, self.fps)

    def prepare(self) -> None:
        self._large.prepare()
        self._small.prepare()

    def next(self) -> Picture:
        return (self._large if self.is_large else self._small).next()

    def close(self) -> None:
        self._large.close()
        self._small.close()

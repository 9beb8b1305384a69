"""Making pictures smaller, for the qualities below the best."""

from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from gateway.quality import scaled


class PictureScaler:
    """Scales yuv420p pictures by one factor. Synchronous; for one stream."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._reformatter = VideoReformatter()

    def scale(self, picture: VideoFrame) -> VideoFrame:
        """Return ``picture`` in its new size, even; at scale 1 the picture itself."""
        if self._scale == 1.0:
            return picture
        width, height = scaled((picture.width, picture.height), self._scale)
        # Bilinear: bicubic takes twice as long, and the encoder blurs more than that.
        # And one thread: see PictureConverter.
        return self._reformatter.reformat(
            picture, width=width, height=height, interpolation=Interpolation.BILINEAR, threads=1
        )

"""From what a user asked for to pictures."""

from pathlib import Path

from peerlens.virtual_camera.driven_car import DrivenCar
from peerlens.virtual_camera.pictures import PictureFormat, Pictures, ScenePictures
from peerlens.virtual_camera.video_pictures import VideoPictures
from peerlens.virtual_camera.webcam_pictures import WebcamPictures


def choose_pictures(
    form: PictureFormat,
    *,
    video: Path | None = None,
    webcam: str | None = None,
    driven: DrivenCar | None = None,
) -> Pictures:
    """Return the pictures of ``video``, or of ``webcam``, or of the generated scene.

    In the scene, ``driven`` is a car that moves by its outputs.

    Raises :class:`PicturesError` for a file that is missing, ValueError for an impossible size.
    """
    if video is not None:
        return VideoPictures(video, form)
    if webcam is not None:
        return WebcamPictures(webcam, form)
    return ScenePictures(
        form.width, form.height, form.fps, form.quality, stamped=form.stamped, driven=driven
    )

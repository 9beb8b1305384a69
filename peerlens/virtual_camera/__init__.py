"""A virtual ESP32-S3 camera: a real HTTP server that speaks the CameraWebServer wire format."""

from peerlens.camera_fault import Fault
from peerlens.virtual_camera.choosing import choose_pictures
from peerlens.virtual_camera.driven_car import DrivenCar
from peerlens.virtual_camera.errors import PicturesError
from peerlens.virtual_camera.faults import Faults, now_and_then
from peerlens.virtual_camera.pictures import Picture, PictureFormat, Pictures, ScenePictures
from peerlens.virtual_camera.server import VirtualCamera
from peerlens.virtual_camera.video_pictures import VideoPictures
from peerlens.virtual_camera.webcam_pictures import WebcamPictures
from peerlens.virtual_camera.wire import Dialect

__all__ = [
    "Dialect",
    "DrivenCar",
    "Fault",
    "Faults",
    "Picture",
    "PictureFormat",
    "Pictures",
    "PicturesError",
    "ScenePictures",
    "VideoPictures",
    "VirtualCamera",
    "WebcamPictures",
    "choose_pictures",
    "now_and_then",
]

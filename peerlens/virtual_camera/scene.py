"""The generated scene: a small car on an oval track, seen from a stand above it."""

import math
from datetime import datetime

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.backdrop import paint_backdrop
from peerlens.virtual_camera.car import Car, Driver, Pilot
from peerlens.virtual_camera.car_model import BLUE, CarModel, Signals
from peerlens.virtual_camera.driven_car import DrivenCar
from peerlens.virtual_camera.field import Field
from peerlens.virtual_camera.track import Track
from peerlens.virtual_camera.view import View

Image = npt.NDArray[np.uint8]

MIN_WIDTH, MIN_HEIGHT = 160, 120
MAX_WIDTH, MAX_HEIGHT = 3840, 2160
_MAX_PAUSE_S = 0.25
"""A longer pause between pictures does not make the car jump."""
_NOISE_SIGMA = 2.2
_NOISE_SHIFT = 64
_CLOUD_PIXELS_S = 9.0
_CLOUD_DEPTH = 46


class Scene:
    """Renders one picture after the other; used by one thread at a time.

    ``car`` may be read and moved, ``driver`` replaced, between pictures. ``driven`` is a second
    car, which moves by its outputs.
    """

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        driver: Driver | None = None,
        driven: DrivenCar | None = None,
    ) -> None:
        if not (MIN_WIDTH <= width <= MAX_WIDTH and MIN_HEIGHT <= height <= MAX_HEIGHT):
            raise ValueError(
                f"{width}x{height}: expected {MIN_WIDTH}x{MIN_HEIGHT} to {MAX_WIDTH}x{MAX_HEIGHT}"
            )
        self.track = Track()
        self.driver: Driver = driver or Pilot(self.track)
        start = self.track.point(-1.0, 0.0)
        self.car = Car(start.x, start.y, start.heading)
        self.frames = 0
        self._view = View(width, height)
        self._model = CarModel(self._view)
        self._driven = _Driven(driven, self._view) if driven is not None else None
        self._random = np.random.default_rng(3)
        self._painted: _Painted | None = None
        self._rendered_s: float | None = None

    def prepare(self) -> "_Painted":
        """Paint what never moves, which takes some tenths of a second, unless that is done."""
        if self._painted is None:
            self._painted = _Painted(self._view, self.track, self._random)
        return self._painted

    def render(self, now_s: float) -> Image:
        """Return the scene at ``now_s``, a clock that only goes forward: uint8, HxWx3, BGR.

        The first call also does what :meth:`prepare` does.
        """
        painted = self.prepare()
        if self._rendered_s is not None:
            self._advance(min(_MAX_PAUSE_S, max(0.0, now_s - self._rendered_s)))
        self._rendered_s = now_s
        self.frames += 1
        frame = painted.backdrop.copy()
        self._paint_cars(frame)
        painted.light(frame, now_s, self._random)
        self._caption(frame)
        return frame

    def _advance(self, duration_s: float) -> None:
        self.car.step(duration_s, self.driver.drive(self.car))
        if self._driven is not None:
            self._driven.advance(duration_s)

    def _paint_cars(self, frame: Image) -> None:
        """The nearer car hides the other."""
        driven = self._driven
        if driven is not None and driven.y > self.car.y:
            driven.paint(frame)
        self._model.paint(frame, self.car)
        if driven is not None and driven.y <= self.car.y:
            driven.paint(frame)

    def _caption(self, frame: Image) -> None:
        size = self._view.width / 640
        bar = round(24 * size)
        strip = frame[-bar:]
        cv2.convertScaleAbs(strip, strip, 0.42, 0)
        clock = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        base = self._view.height - round(8 * size)
        left, right = f"PEERLENS CAM  {clock}", f"#{self.frames:06d}"
        for text, x in ((left, 10), (right, 556)):
            cv2.putText(
                frame,
                text,
                (round(x * size), base),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.45 * size,
                (235, 235, 235),
                max(1, round(size)),
                cv2.LINE_AA,
            )


class _Driven:
    """The driven car, its walls and its looks."""

    def __init__(self, driven: DrivenCar, view: View) -> None:
        self._driven = driven
        self._field = Field(view)
        self._model = CarModel(view, BLUE)
        self._signals = Signals()

    @property
    def y(self) -> float:
        return self._driven.car.y

    def advance(self, duration_s: float) -> None:
        outputs = self._driven.advance(duration_s, self._field)
        self._signals = Signals(outputs.lights, outputs.horn)

    def paint(self, frame: Image) -> None:
        self._model.paint(frame, self._driven.car, self._signals)


class _Painted:
    """What is made once: the backdrop, passing clouds and the sensor's noise."""

    def __init__(self, view: View, track: Track, rng: np.random.Generator) -> None:
        width, height = view.width, view.height
        self._width, self._height = width, height
        self.backdrop = paint_backdrop(view, track)
        coarse = rng.normal(0, 1, (5, 12)).astype(np.float32)
        coarse[:, -1] = coarse[:, 0]
        field = cv2.resize(coarse, (2 * width, height), interpolation=cv2.INTER_CUBIC)
        shade = np.clip(255 - _CLOUD_DEPTH * np.clip(field, 0, 1), 0, 255).astype(np.uint8)
        # Twice around, so that any window into it is one slice.
        self._clouds = cv2.merge([np.hstack([shade, shade[:, :width]])] * 3)
        noise = rng.normal(0, _NOISE_SIGMA, (height + _NOISE_SHIFT, width + _NOISE_SHIFT, 1))
        noise = np.repeat(np.round(noise), 3, axis=2)
        self._brighter = np.clip(noise, 0, 255).astype(np.uint8)
        self._darker = np.clip(-noise, 0, 255).astype(np.uint8)

    def light(self, frame: Image, now_s: float, rng: np.random.Generator) -> None:
        """Let the light of ``now_s`` fall on ``frame``, and add noise, in place."""
        width, height = self._width, self._height
        drift = int(now_s * _CLOUD_PIXELS_S) % (2 * width)
        clouds = self._clouds[:, drift : drift + width]
        gain = 1.02 + 0.05 * math.sin(now_s * math.tau / 41)
        cv2.multiply(frame, clouds, frame, gain / 255)
        y, x = rng.integers(0, _NOISE_SHIFT, 2)
        cv2.add(frame, self._brighter[y : y + height, x : x + width], frame)
        y, x = rng.integers(0, _NOISE_SHIFT, 2)
        cv2.subtract(frame, self._darker[y : y + height, x : x + width], frame)

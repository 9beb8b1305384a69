"""Scenes for ``bench.motion``: what a camera would have sent, and what truly moved in it.

All follows from the seed. A scene is light, weather and the camera's own faults over a drawn yard,
and figures that cross it. Each picture passes through a real JPEG compressor.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg

from bench.motion_figures import Figure, box, car, walker
from gateway.motion_settings import MotionSettings, MotionZone

WIDTH, HEIGHT, FPS = 480, 320, 15
SEEN_PERCENT = 0.25
"""From so much of the picture on a figure is there: what threshold 0.1 calls LOW begins at 0.2."""
WARM_UP_S = 4.0
"""Nothing moves, and no alarm counts, so long: cameras watch for months, not for seconds."""

Plane = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float32]

TREE = (0.02, 0.02, 0.36, 0.52)
"""Where leaves are, as parts of the picture: left, top, right, bottom."""


@dataclass(frozen=True)
class Crossing:
    """A figure that goes from ``x0`` to ``x1`` (parts of the width; beyond them is outside)."""

    figure: Figure
    begin_s: float
    end_s: float
    x0: float = -0.2
    x1: float = 1.2
    ground: float = 0.93
    """Where its feet are, as a part of the height."""
    pause_s: float = 0.0
    """How long it stands still in the middle of its way."""
    counts: bool = True
    """Whether it is to be told of: not outside of the zones."""

    def way(self, at_s: float) -> tuple[float, float]:
        """How much of its way it has gone, 0 to 1, and for how many seconds it has walked."""
        walks_s = self.end_s - self.begin_s - self.pause_s
        since_s = at_s - self.begin_s
        walked_s = min(since_s, max(walks_s / 2.0, since_s - self.pause_s))
        return walked_s / walks_s, walked_s


@dataclass(frozen=True)
class Scene:
    """One scene; ``crossings`` are given the duration, so that they fit a short run too."""

    name: str
    seed: int
    crossings: tuple[Crossing, ...] = ()
    noise: float = 3.0
    quality: tuple[int, ...] = (64,)
    """JPEG quality; of several each is used for a second, in turn."""
    light: str = "steady"
    weather: str = "dry"
    camera: str = "still"
    brightness: float = 1.0
    settings: MotionSettings = field(default_factory=MotionSettings)

    @property
    def empty(self) -> bool:
        return not any(crossing.counts for crossing in self.crossings)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: ``seen`` is the percentage of it that figures which count cover.

    ``reconnected``: the connection to the camera was lost before it.
    """

    jpeg: bytes
    capture_s: float
    seen: float
    what: str | None
    boxes: tuple[tuple[int, int, int, int], ...] = ()
    reconnected: bool = False


def shots(
    scene: Scene, duration_s: float, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Iterator[Shot]:
    """Draw the scene, picture by picture."""
    yield from _Camera(scene, duration_s, size).shots()


@dataclass
class _Camera:
    scene: Scene
    duration_s: float
    size: tuple[int, int]
    random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.scene.seed)
        self.margin = 16
        width, height = self.size
        self.full = yard(self.random, width + 2 * self.margin, height + 2 * self.margin)
        self.grain = [
            self.random.normal(0.0, self.scene.noise, (height + 32, width + 32)).astype(np.float32)
            for _ in range(4)
        ]
        self.lamp = _lamp(width, height)
        door = np.zeros((height, width), np.uint8)
        corners = np.array([[0.55, 1.0], [0.62, 0.35], [0.85, 0.35], [1.0, 1.0]]) * (width, height)
        cv2.fillPoly(door, [corners.astype(np.int32)], 1)
        self.doorway = door.astype(bool)
        self.chroma = [np.full((height // 2, width // 2), value, np.uint8) for value in (122, 131)]
        weather = self.scene.weather
        large = 2.0 if weather.startswith("large leaves") else 1.0
        self.leaves = _leaves(self.random, large) if "leaves" in weather else ()
        self.flakes = self.random.uniform((0, 0, 60, 1.0), (1, 1, 140, 3.0), (70, 4))
        self.exposure = 1.0
        self.shake = np.zeros(2)
        self.clouds = _clouds(self.random, width, height) if self.scene.light == "clouds" else None

    def shots(self) -> Iterator[Shot]:
        gap = (self.duration_s * 0.35, self.duration_s * 0.35 + 2.0)
        lost = False
        for number in range(round(self.duration_s * FPS)):
            at_s = number / FPS
            if self.scene.camera == "reconnects" and gap[0] <= at_s < gap[1]:
                lost = True
                continue
            yield self._shot(at_s, lost, after_gap=at_s >= gap[1])
            lost = False

    def _shot(self, at_s: float, reconnected: bool, after_gap: bool) -> Shot:
        drawn = self.full.copy()
        for leaf in self.leaves:
            self._draw_leaf(drawn, leaf, at_s)
        seen, what, boxes = self._draw_crossings(drawn, at_s)
        if self.scene.weather == "rain":
            self._rain(drawn, 45, 1)
        if self.scene.weather == "heavy rain":
            self._rain(drawn, 130, 2)
        if self.scene.weather == "snow":
            self._snow(drawn, at_s)
        if self.scene.weather == "insects":
            self._insect(drawn, at_s)
        if self.scene.weather == "clock":
            self._clock(drawn, at_s)
        picture = self._framed(drawn, at_s).astype(np.float32)
        picture *= np.float32(self.scene.brightness)
        self._light(picture, at_s, after_gap)
        dy, dx = self.random.integers(0, 32, 2)
        grain = self.grain[int(self.random.integers(0, len(self.grain)))]
        width, height = self.size
        picture += grain[dy : dy + height, dx : dx + width]
        luma = np.clip(picture, 0.0, 255.0).astype(np.uint8)
        quality = self.scene.quality[int(at_s) % len(self.scene.quality)]
        jpeg = simplejpeg.encode_jpeg_yuv_planes(luma, *self.chroma, quality=quality)
        return Shot(jpeg, at_s, seen, what, boxes, reconnected)

    def _draw_crossings(
        self, drawn: Plane, at_s: float
    ) -> tuple[float, str | None, tuple[tuple[int, int, int, int], ...]]:
        width, height = self.size
        inside = slice(self.margin, -self.margin), slice(self.margin, -self.margin)
        seen, what, boxes = 0.0, None, []
        for crossing in self.scene.crossings:
            if not crossing.begin_s <= at_s <= crossing.end_s:
                continue
            part, walked_s = crossing.way(at_s)
            mask = np.zeros_like(drawn)
            x = (crossing.x0 + (crossing.x1 - crossing.x0) * part) * width + self.margin
            y = crossing.ground * height + self.margin
            crossing.figure.draw(drawn, mask, x, y, walked_s)
            visible = mask[inside]
            covered = 100.0 * cv2.countNonZero(visible) / visible.size
            if not crossing.counts or covered == 0.0:
                continue
            seen += covered
            what = crossing.figure.what
            left, top, across, down = cv2.boundingRect(visible)
            boxes.append((left, top, across, down))
        return seen, what, tuple(boxes)

    def _framed(self, drawn: Plane, at_s: float) -> Plane:
        """What the camera has in its frame: it may shake."""
        width, height = self.size
        strength = {"shakes": 3.0, "shakes badly": 8.0}.get(self.scene.camera)
        if strength is None:
            return drawn[self.margin : self.margin + height, self.margin : self.margin + width]
        # A mast in the wind: gusts that come and go.
        gust = strength * max(0.0, math.sin(2.0 * math.pi * at_s / 5.0))
        self.shake = 0.6 * self.shake + self.random.normal(0.0, 0.6, 2) * gust
        dx, dy = np.clip(self.shake, -14.0, 14.0) + self.margin
        matrix = np.array([[1.0, 0.0, -dx], [0.0, 1.0, -dy]], np.float32)
        framed = cv2.warpAffine(drawn, matrix, (width, height), flags=cv2.INTER_LINEAR)
        return np.asarray(framed, dtype=np.uint8)

    def _light(self, picture: Values, at_s: float, after_gap: bool) -> None:
        kind, third = self.scene.light, self.duration_s / 3.0
        if kind == "flicker":
            rows = np.arange(picture.shape[0], dtype=np.float32)[:, np.newaxis]
            wave = np.sin(2.0 * math.pi * (rows / 140.0 + 3.7 * at_s)).astype(np.float32)
            picture *= 1.0 + 0.05 * wave + 0.02 * math.sin(2.0 * math.pi * 5.3 * at_s)
        elif kind == "clouds" and self.clouds is not None:
            shift = round(at_s * 30.0) % self.clouds.shape[1]
            field_of = np.roll(self.clouds, shift, axis=1)[:, : picture.shape[1]]
            picture *= field_of
        elif kind == "lights" and int(at_s / third) % 2 == 1:
            picture *= np.float32(1.25)
            picture += self.lamp
        elif kind == "next door" and int(at_s / third) % 2 == 1:
            picture[self.doorway] += np.float32(45.0)
        elif kind == "headlights":
            self._headlights(picture, at_s)
        elif kind == "lightning" and at_s % 3.0 < 1.0 / FPS:
            picture *= np.float32(1.6)
            picture += np.float32(20.0)
        elif kind == "night view" and int(at_s / third) % 2 == 1:
            np.power(picture / np.float32(255.0), np.float32(0.6), out=picture)
            picture *= np.float32(200.0)
        elif kind == "dusk":
            picture *= np.float32(1.0 - 0.7 * min(1.0, at_s / min(self.duration_s, 30.0)))
        elif kind == "exposure":
            self._expose(picture, at_s)
        if self.scene.camera == "reconnects" and after_gap:
            picture *= np.float32(0.75)

    def _headlights(self, picture: Values, at_s: float) -> None:
        """A car outside of the picture turns: its light runs over the wall in a second or two."""
        part = (at_s % 4.0) / 1.8
        if part < 1.0:
            height, width = picture.shape
            x = np.arange(width, dtype=np.float32) - width * (1.6 * part - 0.3)
            y = np.arange(height, dtype=np.float32)[:, np.newaxis] - height * 0.55
            spot = np.exp(-((x / (0.16 * width)) ** 2) - (y / (0.22 * height)) ** 2)
            picture *= 1.0 + 0.6 * spot

    def _expose(self, picture: Values, at_s: float) -> None:
        """A camera that hunts: every five seconds another aim, reached in steps."""
        aim = (1.0, 1.5, 0.7, 1.2)[int(at_s / 5.0) % 4]
        self.exposure += (aim - self.exposure) * 0.25
        picture *= np.float32(self.exposure)

    def _draw_leaf(self, drawn: Plane, leaf: "_Leaf", at_s: float) -> None:
        gusting = self.scene.weather.endswith("in gusts")
        gust = max(0.0, math.sin(2.0 * math.pi * at_s / 7.0)) if gusting else 1.0
        sway = gust * leaf.reach * math.sin(2.0 * math.pi * leaf.hz * at_s + leaf.phase)
        x = leaf.x * self.size[0] + self.margin + sway
        y = leaf.y * self.size[1] + self.margin + 0.4 * sway
        at = round(x * 16), round(y * 16)
        axes = round(leaf.size * 16), round(leaf.size * 9)
        cv2.ellipse(drawn, at, axes, leaf.angle, 0, 360, leaf.shade, -1, cv2.LINE_AA, SHIFT)

    def _rain(self, drawn: Plane, streaks: int, thickness: int) -> None:
        height, width = drawn.shape
        for _ in range(streaks):
            x, y = int(self.random.integers(0, width)), int(self.random.integers(0, height))
            length = int(self.random.integers(12, 34))
            shade = int(self.random.integers(150, 215))
            cv2.line(drawn, (x, y), (x - length // 6, y + length), shade, thickness, cv2.LINE_AA)

    def _snow(self, drawn: Plane, at_s: float) -> None:
        height, width = drawn.shape
        for x, y, speed, size in self.flakes:
            at = (
                int(x * width + 12.0 * math.sin(at_s + 9.0 * x)) % width,
                int(y * height + speed * at_s) % height,
            )
            cv2.circle(drawn, at, round(size), 220, -1, cv2.LINE_AA)

    def _insect(self, drawn: Plane, at_s: float) -> None:
        """Every two seconds, near the lens and gone within two pictures."""
        if at_s % 2.0 < 2.0 / FPS:
            height, width = drawn.shape
            at = (int(self.random.uniform(0, width)), int(self.random.uniform(0, height)))
            cv2.circle(drawn, at, 14, 225, -1, cv2.LINE_AA)

    def _clock(self, drawn: Plane, at_s: float) -> None:
        text = f"2026-03-01 12:{int(at_s) // 60 % 60:02d}:{int(at_s) % 60:02d}"
        at = (self.margin + 6, self.margin + 18)
        cv2.putText(drawn, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 250, 1, cv2.LINE_AA)


SHIFT = 4


@dataclass(frozen=True)
class _Leaf:
    x: float
    y: float
    size: float
    angle: float
    shade: int
    reach: float
    hz: float
    phase: float


def _leaves(random: np.random.Generator, large: float) -> tuple[_Leaf, ...]:
    left, top, right, bottom = TREE
    return tuple(
        _Leaf(
            x=random.uniform(left, right),
            y=random.uniform(top, bottom),
            size=large * random.uniform(4.0, 9.0),
            angle=random.uniform(0.0, 180.0),
            shade=int(random.integers(40, 120)),
            reach=large * random.uniform(2.0, 7.0),
            hz=random.uniform(0.5, 1.4),
            phase=random.uniform(0.0, 6.28),
        )
        for _ in range(90)
    )


def yard(random: np.random.Generator, width: int, height: int) -> Plane:
    """A wall with windows, a door and a path before it, all with a texture."""
    rows = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, np.newaxis]
    plane = np.broadcast_to(105.0 + 45.0 * rows, (height, width)).astype(np.float32)
    horizon = int(height * random.uniform(0.55, 0.65))
    plane[horizon:] = 95.0 + 35.0 * rows[horizon:]
    for _ in range(6):
        x, y = int(random.uniform(0, width * 0.9)), int(random.uniform(0, horizon * 0.7))
        across, down = int(random.uniform(20, 70)), int(random.uniform(25, 70))
        plane[y : min(y + down, horizon), x : x + across] += random.uniform(-60.0, 60.0)
    for scale, strength in ((2, 5.0), (8, 7.0), (40, 9.0)):
        small = random.normal(0.0, strength, (height // scale + 2, width // scale + 2))
        grown = cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        plane += grown
    return np.clip(plane, 15.0, 240.0).astype(np.uint8)


def _lamp(width: int, height: int) -> Values:
    x = np.linspace(0.0, 1.0, width, dtype=np.float32)
    y = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, np.newaxis]
    distance = np.sqrt((x - 0.25) ** 2 + (y - 0.1) ** 2)
    return np.asarray(70.0 * np.exp(-2.5 * distance), dtype=np.float32)


def _clouds(random: np.random.Generator, width: int, height: int) -> Values:
    small = random.uniform(0.0, 1.0, (3, 9)).astype(np.float32)
    small[:, -1] = small[:, 0]
    grown = cv2.resize(small, (width * 3, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1.0 - 0.4 * np.clip(grown, 0.0, 1.0), dtype=np.float32)


def _zone(name: str, left: float, top: float, right: float, bottom: float) -> MotionZone:
    return MotionZone(
        name=name, points=((left, top), (right, top), (right, bottom), (left, bottom))
    )


def _tree_masked() -> MotionSettings:
    left, top, right, bottom = TREE
    left, top, right, bottom = 0.0, 0.0, right + 0.05, bottom + 0.06
    return MotionSettings(masks=(((left, top), (right, top), (right, bottom), (left, bottom)),))


def all_scenes(duration_s: float) -> Sequence[Scene]:
    """Every scene, its crossings laid into a run of ``duration_s``."""
    first, last = WARM_UP_S + 1.0, duration_s - 1.5
    adult = walker(150.0, 45.0, 30.0)
    pale = walker(140.0, 215.0, 190.0)
    brisk = (Crossing(adult, first, min(last, first + 7.0)),)
    empties = [
        Scene("empty, little noise", 1),
        Scene("empty, much noise", 2, noise=9.0),
        Scene("empty, low light", 3, noise=8.0, brightness=0.25),
        Scene("empty, flicker", 4, light="flicker"),
        Scene("empty, clouds", 5, light="clouds"),
        Scene("empty, lights on and off", 6, light="lights"),
        Scene("empty, auto exposure", 7, light="exposure"),
        Scene("empty, dusk", 8, light="dusk"),
        Scene("empty, rain", 9, weather="rain"),
        Scene("empty, leaves, masked", 10, weather="leaves", settings=_tree_masked()),
        Scene("empty, leaves", 11, weather="leaves"),
        Scene("empty, leaves in gusts", 12, weather="leaves in gusts"),
        Scene("empty, camera shakes", 13, camera="shakes"),
        Scene("empty, reconnect", 14, camera="reconnects"),
        Scene("empty, quality 10", 15, quality=(10,)),
        Scene("empty, quality 10 to 90", 16, quality=(10, 30, 50, 70, 90)),
        Scene("empty, painted clock", 17, weather="clock"),
        Scene("empty, light from next door", 18, light="next door"),
        Scene("empty, headlights", 19, light="headlights"),
        Scene("empty, lightning", 20, light="lightning"),
        Scene("empty, night view", 21, light="night view"),
        Scene("empty, snow", 22, weather="snow"),
        Scene("empty, heavy rain", 23, weather="heavy rain"),
        Scene("empty, insects", 24, weather="insects"),
        Scene("empty, large leaves", 25, weather="large leaves"),
        Scene("empty, large leaves in gusts", 26, weather="large leaves in gusts"),
        Scene("empty, camera shakes badly", 27, camera="shakes badly"),
        Scene("empty, quality 10, low light", 28, quality=(10,), noise=8.0, brightness=0.25),
    ]
    late = duration_s * 0.35 + 4.0
    busy = [
        Scene("slow walker", 31, (Crossing(adult, first, first + 40.0),)),
        Scene("fast runner", 32, (Crossing(walker(140.0, 60.0, 40.0, 1.6), first, first + 2.2),)),
        Scene("small walker", 33, (Crossing(walker(48.0, 35.0, 30.0), first, last, ground=0.75),)),
        Scene("large walker", 34, (Crossing(walker(280.0, 60.0, 35.0), first, first + 6.0),)),
        Scene("pale walker", 35, (Crossing(pale, first, last, x0=1.2, x1=-0.2),)),
        Scene("walker, low light", 36, brisk, noise=6.0, brightness=0.4),
        Scene("walker, much noise", 37, brisk, noise=9.0),
        Scene("walker, flicker", 38, brisk, light="flicker"),
        Scene("walker, clouds", 39, brisk, light="clouds"),
        Scene("walker, lights on before", 40, (Crossing(adult, late + 1.0, last),), light="lights"),
        Scene("walker, auto exposure", 41, brisk, light="exposure"),
        Scene("walker, rain", 42, brisk, weather="rain"),
        Scene("walker, leaves, masked", 43, brisk, weather="leaves", settings=_tree_masked()),
        Scene("walker, leaves", 44, brisk, weather="leaves"),
        Scene("walker, camera shakes", 45, brisk, camera="shakes"),
        Scene("walker, after reconnect", 46, (Crossing(adult, late, last),), camera="reconnects"),
        Scene("walker, quality 10", 47, brisk, quality=(10,)),
        Scene("walker, quality 90", 48, brisk, quality=(90,)),
        Scene("car", 49, (Crossing(car(70.0, 200.0), first, first + 4.0, -0.3, 1.3),)),
        Scene("two walkers", 50, (*brisk, Crossing(pale, first + 1.0, last, 1.2, -0.2))),
        Scene("box pushed", 51, (Crossing(box(45.0, 220.0), first, last, -0.1, 0.8),)),
        Scene("faint walker", 53, (Crossing(walker(150.0, 95.0, 90.0), first, last),)),
        Scene("walker who stops", 54, (Crossing(adult, first, last, pause_s=2.5),)),
        Scene("walker from a door", 55, (Crossing(adult, first, last, 0.5, 0.8),)),
        Scene("walker, snow", 56, brisk, weather="snow"),
        Scene("walker, heavy rain", 57, brisk, weather="heavy rain"),
        Scene("walker, large leaves in gusts", 58, brisk, weather="large leaves in gusts"),
        Scene("walker, camera shakes badly", 59, brisk, camera="shakes badly"),
        Scene("walker, dusk", 60, brisk, light="dusk"),
        Scene(
            "walker, night view before",
            61,
            (Crossing(adult, late + 1.0, last),),
            light="night view",
        ),
        Scene(
            "small walker, quality 10",
            62,
            (Crossing(walker(60.0, 35.0, 30.0), first, last),),
            quality=(10,),
        ),
        Scene(
            "car at dusk",
            63,
            (Crossing(car(60.0, 180.0), first, first + 3.0, -0.3, 1.3),),
            light="dusk",
        ),
        _outside_then_inside(first, last),
    ]
    return [*empties, *busy]


def _outside_then_inside(first: float, last: float) -> Scene:
    """Somebody passes far from the door, which is a zone, then somebody comes to it."""
    passing = Crossing(walker(60.0, 40.0, 30.0), first, first + 3.0, 0.55, 0.95, 0.5, counts=False)
    comes = Crossing(walker(110.0, 40.0, 30.0), first + 4.0, last, -0.1, 0.25)
    settings = MotionSettings(zones=(_zone("door", 0.0, 0.5, 0.35, 1.0),))
    return Scene("walker outside, then in a zone", 52, (passing, comes), settings=settings)

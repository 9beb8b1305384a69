"""Everything in the scene that never moves, painted once: grass, track, kerbs, trees."""

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.track import Track
from peerlens.virtual_camera.view import View

Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

PIXELS_PER_METRE = 100
LEFT, NEAR, EXTENT = -10.0, -4.4, 20.0
"""The square of ground that is painted, in metres."""
LARGE_WIDTH = 1920
"""Wider pictures are painted without oversampling, for the sake of memory."""

_GRASS = (52, 128, 84)
_ASPHALT = (78, 72, 70)
_WHITE = (235, 238, 240)
_RED = (48, 44, 205)
_SHADOW = 0.62
_TREES = (
    (-4.6, 2.9, 1.25), (-3.3, 3.5, 1.0), (-2.1, 3.1, 0.8), (-0.7, 3.9, 1.2), (0.8, 3.3, 0.85),
    (2.2, 3.8, 1.15), (3.6, 3.0, 0.95), (5.0, 3.6, 1.3), (-5.9, 4.6, 1.4), (-4.2, 5.4, 1.2),
    (-1.8, 5.2, 1.3), (0.4, 5.8, 1.2), (2.9, 5.6, 1.4), (4.6, 5.2, 1.1), (6.4, 5.0, 1.4),
    (-7.0, 6.6, 1.5), (-3.0, 7.2, 1.4), (1.6, 7.6, 1.5), (6.0, 7.0, 1.6), (-4.7, 0.9, 0.8),
    (4.75, 1.2, 0.85), (4.3, -0.9, 0.55), (-4.35, -1.0, 0.6), (-3.2, -2.35, 0.4),
    (3.3, -2.4, 0.42), (-0.95, 0.62, 0.24), (-1.25, 0.50, 0.18), (1.35, 0.60, 0.24),
)  # fmt: skip
"""Trees and bushes: x, y, height in metres."""


def paint_backdrop(view: View, track: Track, seed: int = 7) -> Image:
    """Return the empty scene as ``view`` sees it: uint8, HxWx3, BGR."""
    rng = np.random.default_rng(seed)
    ground = _paint_ground(track, rng)
    factor = 2 if view.width <= LARGE_WIDTH else 1
    large = View(view.width * factor, view.height * factor)
    to_ground = np.array(
        [
            [1 / PIXELS_PER_METRE, 0, LEFT],
            [0, -1 / PIXELS_PER_METRE, NEAR + EXTENT],
            [0, 0, 1],
        ]
    )
    picture = np.asarray(
        cv2.warpPerspective(
            ground,
            large.ground @ to_ground,
            (large.width, large.height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.uint8,
    )
    for tree in sorted(_TREES, key=lambda tree: -tree[1]):
        _paint_tree(picture, large, tree, rng)
    small = cv2.resize(picture, (view.width, view.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _paint_ground(track: Track, rng: np.random.Generator) -> Image:
    side = round(EXTENT * PIXELS_PER_METRE)
    ground = _grass(side, rng)
    _paint_track(ground, track, rng)
    _paint_letters(ground)
    for x, y, height in _TREES:
        _shade(ground, x + 0.42 * height, y - 0.10 * height, 0.42 * height, 0.30 * height)
    return ground


def _grass(side: int, rng: np.random.Generator) -> Image:
    shade = np.zeros((side, side), np.float32)
    for cells, strength in ((9, 10.0), (60, 7.0), (420, 8.0)):
        noise = rng.standard_normal((cells, cells), np.float32) * np.float32(strength)
        shade += cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)
    blades = rng.standard_normal((500, 500), np.float32) * np.float32(6.0)
    shade += np.tile(blades, (side // 500 + 1, side // 500 + 1))[:side, :side]
    # Mown in stripes.
    stripes = np.sign(np.sin(np.arange(side) / PIXELS_PER_METRE * np.pi / 0.75))
    shade += 5.0 * stripes.astype(np.float32)[None, :]
    tint = np.array([0.55, 1.0, 0.8], np.float32)
    painted = np.array(_GRASS, np.float32) + shade[:, :, None] * tint
    return np.clip(painted, 0, 255).astype(np.uint8)


def _paint_track(ground: Image, track: Track, rng: np.random.Generator) -> None:
    half = track.width_m / 2
    sand = _soft(_ring_mask(ground, track, track.width_m + 0.62), 9)
    _blend(ground, (118, 170, 186), sand, 0.55)
    _blend(ground, _ASPHALT, _ring_mask(ground, track, track.width_m + 0.06), 1.0)
    worn = _soft(_ring_mask(ground, track, 0.26), 12)
    _blend(ground, (52, 48, 47), worn, 0.55)
    side = len(ground)
    coarse = rng.normal(0, 5, (side // 2, side // 2)).astype(np.float32)
    grit = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    tarmac = _ring_mask(ground, track, track.width_m) > 0
    ground[tarmac] = np.clip(ground[tarmac] + grit[tarmac][:, None], 0, 255)
    _kerbs(ground, track, half)
    for aside in (-half + 0.05, half - 0.05):
        _line(ground, track.line(aside), _WHITE, 0.022)
    dashes = round(track.length_m / 0.36)
    for dash in range(dashes):
        start = dash * track.length_m / dashes
        _line(ground, track.line(0.0, start_m=start, length_m=0.17), (170, 205, 214), 0.02)
    _finish_line(ground, track, half)


def _kerbs(ground: Image, track: Track, half: float) -> None:
    """Red and white, along the bends and a little beyond."""
    straight, bend = 2 * track.half_straight_m, np.pi * track.radius_m
    for first in (track.half_straight_m - 0.35, track.half_straight_m + bend + straight - 0.35):
        blocks = 44
        length = (bend + 0.7) / blocks
        for block in range(blocks):
            colour = _RED if block % 2 else _WHITE
            start = first + block * length
            for aside in (half + 0.035, -half - 0.035):
                points = track.line(aside, start_m=start, length_m=length)
                _line(ground, points, colour, 0.075)


def _finish_line(ground: Image, track: Track, half: float) -> None:
    squares = 8
    size = 2 * (half - 0.06) / squares
    for row in range(squares):
        for column in range(2):
            x = 0.45 + column * size
            y = -track.radius_m - half + 0.06 + row * size
            colour = _WHITE if (row + column) % 2 else (25, 25, 25)
            corners = np.array([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
            cv2.fillConvexPoly(ground, _texels(corners), colour, cv2.LINE_AA, 4)


def _paint_letters(ground: Image) -> None:
    """The name, mown into the infield."""
    letters = np.zeros(ground.shape[:2], np.uint8)
    size, thick = 3.4, 12
    font = cv2.FONT_HERSHEY_DUPLEX
    (width, height), _ = cv2.getTextSize("PEERLENS", font, size, thick)
    x, y = _texels(np.array([(0.0, -0.22)]), shift=0)[0]
    origin = (int(x) - width // 2, int(y) + height // 2)
    cv2.putText(letters, "PEERLENS", origin, font, size, 255, thick, cv2.LINE_AA)
    _blend(ground, (205, 232, 222), _soft(letters, 1.5), 0.72)


def _paint_tree(
    picture: Image, view: View, tree: tuple[float, float, float], rng: np.random.Generator
) -> None:
    x, y, height = tree
    scale = view.pixels_per_metre(x, y)
    foot, crown = view.project(np.array([[x, y, 0.0], [x, y, height * 0.62]]))
    if height > 0.3:
        cv2.line(picture, _pixel(foot), _pixel(crown), (38, 62, 88), round(0.07 * scale * height))
    tones = ((30, 74, 42), (36, 92, 52), (42, 112, 66), (54, 134, 84), (72, 158, 108))
    for layer, tone in enumerate(tones):
        # Darker and lower first; the light comes from the upper left.
        spread = 0.34 - 0.035 * layer
        for _ in range(16):
            angle, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 1)) * spread
            centre = crown + height * scale * np.array(
                [
                    reach * np.cos(angle) - 0.035 * layer,
                    0.95 * reach * np.sin(angle) + 0.06 - 0.05 * layer,
                ]
            )
            radius = max(1, round(height * scale * rng.uniform(0.05, 0.13 - 0.012 * layer)))
            jitter = rng.integers(-7, 8)
            colour = tuple(int(channel + jitter) for channel in tone)
            cv2.circle(picture, _pixel(centre), radius, colour, -1, cv2.LINE_AA)


def _shade(ground: Image, x: float, y: float, wide: float, deep: float) -> None:
    """Darken an ellipse with a soft edge."""
    mask = np.zeros(ground.shape[:2], np.uint8)
    centre = _texels(np.array([(x, y)]), shift=0)[0]
    axes = (round(wide * PIXELS_PER_METRE), round(deep * PIXELS_PER_METRE))
    reach = max(axes) + 30
    top, left = max(0, centre[1] - reach), max(0, centre[0] - reach)
    bottom, right = centre[1] + reach, centre[0] + reach
    mask = mask[top:bottom, left:right]
    if mask.size == 0:
        return
    middle = (int(centre[0]) - int(left), int(centre[1]) - int(top))
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 6).astype(np.float32) / 255 * (1 - _SHADOW)
    part = ground[top:bottom, left:right]
    part[:] = (part * (1 - soft[:, :, None])).astype(np.uint8)


def _soft(mask: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.uint8)


def _ring_mask(ground: Image, track: Track, width_m: float) -> Image:
    mask = np.zeros(ground.shape[:2], np.uint8)
    _line(mask, track.line(0.0), (255, 255, 255), width_m)
    return mask


def _line(ground: Image, points: npt.NDArray[np.float64], colour: Colour, width_m: float) -> None:
    thickness = max(1, round(width_m * PIXELS_PER_METRE))
    # Not cv2.polylines, whose round caps would blur the blocks of the kerbs.
    ahead = np.gradient(points, axis=0)
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    aside *= thickness / PIXELS_PER_METRE / 2 / np.linalg.norm(aside, axis=1, keepdims=True)
    left, right = _texels(points + aside), _texels(points - aside)
    for index in range(len(points) - 1):
        corners = np.array([left[index], left[index + 1], right[index + 1], right[index]])
        cv2.fillConvexPoly(ground, corners, colour, cv2.LINE_8, 4)


def _blend(ground: Image, colour: Colour, mask: Image, strength: float) -> None:
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return
    top, bottom = rows[0], rows[-1] + 1
    left, right = columns[0], columns[-1] + 1
    part = ground[top:bottom, left:right]
    share = mask[top:bottom, left:right, None].astype(np.float32) * (strength / 255)
    part[:] = (part * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)


def _texels(points: npt.NDArray[np.float64], shift: int = 4) -> npt.NDArray[np.int32]:
    """Return ground metres as texture pixels, in fixed point with ``shift`` fraction bits."""
    texels = np.stack([points[:, 0] - LEFT, NEAR + EXTENT - points[:, 1]], axis=1)
    return np.asarray(np.round(texels * PIXELS_PER_METRE * (1 << shift)), np.int32)


def _pixel(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))

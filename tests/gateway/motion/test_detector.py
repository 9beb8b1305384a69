"""The motion detector, on generated pictures."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.motion import MotionDetector
from gateway.motion_settings import MotionSettings
from gateway.units import MotionEvent, MotionRegion

Picture = npt.NDArray[np.float64]
Luma = npt.NDArray[np.uint8]

WIDTH, HEIGHT, FPS = 160, 120, 30
SETTLED = 45
"""Pictures after which the background has settled: 1.5 s."""


def scene(width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A slope of grey with some darker furniture."""
    picture = np.tile(np.linspace(60.0, 180.0, width), (height, 1))
    picture[height // 4 : height // 2, width // 8 : width // 4] -= 40.0
    return picture


def seen(picture: Picture, generator: np.random.Generator, noise: float = 4.0) -> Luma:
    noisy = picture + generator.normal(0.0, noise, picture.shape)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def with_block(picture: Picture, x: int, y: int, width: int = 12, height: int = 7) -> Picture:
    changed = picture.copy()
    changed[y : y + height, x : x + width] = 20.0
    return changed


def run(
    detector: MotionDetector,
    draw: Callable[[int], Picture],
    indices: Iterable[int],
    noise: float = 4.0,
) -> list[MotionEvent]:
    generator = np.random.default_rng(7)
    return [detector.detect(seen(draw(i), generator, noise), i / FPS) for i in indices]


def new(threshold: float = 0.1) -> MotionDetector:
    """One that believes what it sees at once: most tests look at single pictures."""
    return MotionDetector(MotionSettings(threshold=threshold, min_duration_s=0.0))


def levels(events: Sequence[MotionEvent]) -> set[str]:
    return {event.level for event in events}


def centre(region: MotionRegion) -> tuple[float, float]:
    return region.x + region.width / 2, region.y + region.height / 2


@pytest.mark.parametrize("noise", [0.0, 2.0, 5.0, 10.0])
@pytest.mark.parametrize("threshold", [0.05, 0.1, 0.3])
def test_sensor_noise_is_no_motion(noise: float, threshold: float) -> None:
    events = run(new(threshold), lambda _: scene(), range(200), noise)
    assert levels(events) == {"NONE"}
    assert all(event.regions == () for event in events)


def test_small_car_is_seen_where_it_is() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))

    def x_of(i: int) -> int:
        return 10 + 2 * (i - SETTLED)

    indices = range(SETTLED, SETTLED + 60)
    events = run(detector, lambda i: with_block(empty, x_of(i), 70), indices)
    for i, event in zip(indices, events, strict=True):
        assert event.level == "LOW"
        assert event.capture_s == i / FPS
        assert len(event.regions) == 1
        x, y = centre(event.regions[0])
        assert x * WIDTH == pytest.approx(x_of(i) + 6, abs=3)
        assert y * HEIGHT == pytest.approx(73.5, abs=2)
        assert event.regions[0].width * WIDTH == pytest.approx(12, abs=6)
        assert event.percent == pytest.approx(100 * 12 * 7 / (WIDTH * HEIGHT), rel=0.6)


def test_two_things_are_two_regions_largest_first() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    both = with_block(with_block(empty, 100, 20), 20, 80, 30, 20)
    (event,) = run(detector, lambda _: both, [SETTLED])
    assert [round(centre(region)[0] * WIDTH) for region in event.regions] == [35, 106]
    assert event.level == "MEDIUM"


def test_level_grows_with_the_changed_area() -> None:
    found = []
    for width, height in [(0, 0), (12, 7), (40, 20), (80, 60)]:
        detector, empty = new(), scene()
        run(detector, lambda _: scene(), range(SETTLED))
        block = with_block(empty, 40, 30, width, height)
        found.append(run(detector, lambda _, block=block: block, [SETTLED])[0].level)  # type: ignore[misc]
    assert found == ["NONE", "LOW", "MEDIUM", "HIGH"]


def test_never_more_than_sixteen_regions() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    many = empty
    for row in range(6):
        for column in range(6):
            many = with_block(many, 5 + 26 * column, 5 + 20 * row, 8, 6)
    (event,) = run(detector, lambda _: many, [SETTLED])
    assert len(event.regions) == 16


def test_what_stays_becomes_background() -> None:
    detector, empty = new(), scene()
    parked = with_block(empty, 60, 50)
    run(detector, lambda _: empty, range(SETTLED))
    events = run(detector, lambda _: parked, range(SETTLED, SETTLED + 30 * FPS))
    assert events[0].level == "LOW"
    assert levels(events[-FPS:]) == {"NONE"}


def test_what_flickers_in_one_place_becomes_noise() -> None:
    def draw(i: int) -> Picture:
        picture = scene()
        picture[10:30, 20:60] = 40.0 if i % 4 < 2 else 140.0
        return picture

    detector = new()
    run(detector, lambda _: scene(), range(SETTLED))
    events = run(detector, draw, range(SETTLED, SETTLED + 20 * FPS))
    assert events[10].level == "MEDIUM"
    assert levels(events[-FPS:]) == {"NONE"}
    (event,) = run(detector, lambda i: with_block(draw(i), 100, 70), [SETTLED + 20 * FPS])
    (region,) = event.regions
    assert centre(region)[1] * HEIGHT == pytest.approx(73.5, abs=2)


@pytest.mark.parametrize("gain", [0.4, 0.7, 1.4, 2.2])
def test_light_switched_is_no_motion(gain: float) -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    events = run(detector, lambda _: empty * gain, range(SETTLED, SETTLED + 90))
    assert levels(events) == {"NONE"}


def test_lamp_in_a_corner_is_no_motion() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    lamp = np.linspace(70.0, 10.0, WIDTH) + np.linspace(20.0, 0.0, HEIGHT)[:, np.newaxis]
    events = run(detector, lambda _: empty + lamp, range(SETTLED, SETTLED + 90))
    assert levels(events) == {"NONE"}


def test_motion_is_seen_again_after_the_light_was_switched() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    run(detector, lambda _: empty * 0.6, range(SETTLED, SETTLED + 60))
    moving = with_block(empty * 0.6, 130, 50)
    (event,) = run(detector, lambda _: moving, [SETTLED + 60])
    assert event.level == "LOW"


def test_slow_drift_of_light_is_no_motion() -> None:
    def draw(i: int) -> Picture:
        return scene() * (1.0 + 0.35 * float(np.sin(i / FPS)))

    assert levels(run(new(), draw, range(12 * FPS))) == {"NONE"}


def test_car_is_seen_while_the_light_drifts() -> None:
    def light(i: int) -> float:
        return 1.0 + 0.2 * float(np.sin(i / FPS))

    detector = new()
    run(detector, lambda i: scene() * light(i), range(SETTLED))
    indices = range(SETTLED, SETTLED + 60)
    events = run(
        detector, lambda i: with_block(scene() * light(i), 10 + 2 * (i - SETTLED), 50), indices
    )
    assert [event.level for event in events].count("LOW") >= 57


def test_reset_is_quiet_until_the_background_has_settled() -> None:
    detector, empty = new(), scene()
    run(detector, lambda _: empty, range(SETTLED))
    detector.reset()
    elsewhere = scene()[::-1].copy()
    start = 1_000
    events = run(detector, lambda _: elsewhere, range(start, start + 60))
    assert levels(events) == {"NONE"}
    (event,) = run(detector, lambda _: with_block(elsewhere, 60, 80), [start + 60])
    assert event.level == "LOW"


def test_settling_lasts_a_second_of_capture_time() -> None:
    detector, empty = new(), scene()
    moved = with_block(empty, 60, 50, 40, 30)
    generator = np.random.default_rng(1)
    detector.detect(seen(empty, generator), 10.0)
    for n in range(1, 30):
        event = detector.detect(seen(moved if n % 2 else empty, generator), 10.0 + n / 30)
        assert event == MotionEvent(10.0 + n / 30, "NONE", 0.0, ())


def test_slow_camera_settles_by_frames() -> None:
    detector, empty = new(), scene()
    generator = np.random.default_rng(1)
    for n in range(5):
        assert detector.detect(seen(empty, generator), 10.0 * n).level == "NONE"
    assert detector.detect(seen(with_block(empty, 60, 50), generator), 50.0).level == "LOW"


def test_other_size_starts_again() -> None:
    detector = new()
    run(detector, lambda _: scene(), range(SETTLED))
    events = run(detector, lambda _: scene(80, 60) + 50.0, range(SETTLED, SETTLED + 20))
    assert levels(events) == {"NONE"}


def test_large_pictures_give_the_same_regions() -> None:
    detector, empty = new(), scene(640, 480)
    run(detector, lambda _: empty, range(SETTLED))
    (event,) = run(detector, lambda _: with_block(empty, 300, 200, 48, 28), [SETTLED])
    assert event.level == "LOW"
    x, y = centre(event.regions[0])
    assert x == pytest.approx(324 / 640, abs=0.02)
    assert y == pytest.approx(214 / 480, abs=0.02)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_higher_threshold_never_sees_more(seed: int) -> None:
    generator = np.random.default_rng(seed)
    thresholds = [0.0, 0.05, 0.1, 0.2, 0.3, 1.0]
    detectors = [new(threshold) for threshold in thresholds]
    order = ["NONE", "LOW", "MEDIUM", "HIGH"]
    empty = scene(80, 60)
    for i in range(60):
        picture = empty.copy()
        if i > 40:
            x, y = generator.integers(0, 60), generator.integers(0, 40)
            picture[y : y + 15, x : x + 15] += generator.uniform(-80.0, 80.0)
        luma = seen(picture, generator)
        events = [detector.detect(luma, i / FPS) for detector in detectors]
        for lower, higher in pairwise(events):
            assert lower.percent >= higher.percent
            assert order.index(lower.level) >= order.index(higher.level)


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    threshold=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_any_picture_gives_a_valid_event(
    width: int, height: int, threshold: float, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    detector = new(threshold)
    for i in range(12):
        luma = generator.integers(0, 256, (height, width), dtype=np.uint8)
        if i > 8:
            luma[: height // 2, : width // 2] = 255 * (i % 2)
        event = detector.detect(luma, i * generator.uniform(-0.1, 1.0))
        assert event.level in ("NONE", "LOW", "MEDIUM", "HIGH")
        assert 0.0 <= event.percent <= 100.0
        assert len(event.regions) <= 16
        assert (event.regions == ()) == (event.level == "NONE")
        for region in event.regions:
            assert region.x >= 0.0
            assert region.y >= 0.0
            assert region.width > 0.0
            assert region.height > 0.0
            assert region.x + region.width <= 1.0 + 1e-9
            assert region.y + region.height <= 1.0 + 1e-9


@pytest.mark.parametrize(
    "luma",
    [
        np.zeros((4, 4, 3), np.uint8),
        np.zeros((4, 4), np.float32),
        np.zeros((0, 4), np.uint8),
    ],
)
def test_other_arrays_are_refused(luma: Luma) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        new().detect(luma, 0.0)

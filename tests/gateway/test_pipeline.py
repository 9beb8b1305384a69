import contextlib
import time
from dataclasses import dataclass, field

import pytest

from gateway.decode import Luma
from gateway.motion import MotionDetector
from gateway.motion_settings import MotionSettings
from gateway.pipeline import FramePipeline, PipelineOutputs
from gateway.quality import ladder
from gateway.stream import KEYFRAME_INTERVAL_S, EncodedStream
from gateway.units import AccessUnit, Codec, JpegFrame, MotionEvent, RawFrame
from tests.support.pictures import jpeg, picture


@dataclass
class Bench:
    """A pipeline with everything that leaves it."""

    motion: bool = False
    units: list[AccessUnit] = field(default_factory=list)
    events: list[MotionEvent] = field(default_factory=list)
    jpegs: list[JpegFrame] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stream = EncodedStream(Codec.H264, ladder(1_000)[0], lambda: None)
        self.pipeline = FramePipeline(
            [self.stream],
            MotionSettings(enabled=self.motion),
            PipelineOutputs(
                lambda _, unit: self.units.append(unit),
                self.events.append,
                self.jpegs.append,
                lambda width, height: self.sizes.append((width, height)),
            ),
            epoch_s=100.0,
        )

    def show(self, number: int, capture_s: float, width: int = 320, height: int = 240) -> None:
        self.pipeline.process(JpegFrame(jpeg(number, width, height), capture_s, capture_s))


def ignore(unit: AccessUnit) -> None:
    pass


def test_rtp_time_is_capture_time_and_strictly_increases() -> None:
    bench = Bench()
    with bench.stream.hub.subscribed(ignore):
        for capture_s in (100.0, 100.04, 100.04, 100.03, 101.0):
            bench.show(1, capture_s)
    assert [unit.rtp_time for unit in bench.units] == [0, 3_600, 3_601, 3_602, 90_000]


def test_nothing_is_encoded_for_nobody() -> None:
    bench = Bench()
    bench.show(1, 100.0)
    assert bench.units == []
    assert bench.sizes == [(320, 240)]


def test_a_new_size_starts_with_a_keyframe() -> None:
    bench = Bench()
    with bench.stream.hub.subscribed(ignore):
        for number in range(5):
            bench.show(number, 100 + number / 30)
        for number in range(5, 8):
            bench.show(number, 100 + number / 30, 640, 480)
    assert [unit.keyframe for unit in bench.units] == [True, *[False] * 4, True, False, False]
    assert bench.units[-1].width == 640
    assert bench.sizes == [(320, 240), (640, 480)]


def test_keyframe_requests_close_together_become_one_and_none_is_lost() -> None:
    bench = Bench()
    with bench.stream.hub.subscribed(ignore):
        for number in range(60):
            if 10 <= number < 14:
                bench.stream.request_keyframe()
            bench.show(number, 100 + number / 30)
    keyframes = [number for number, unit in enumerate(bench.units) if unit.keyframe]
    assert keyframes[:2] == [0, 10]
    assert len(keyframes) == 3, "one at once, one for all that came within the interval"
    assert (keyframes[2] - 10) / 30 >= KEYFRAME_INTERVAL_S


def test_a_broken_picture_costs_only_itself() -> None:
    bench = Bench(motion=True)
    with bench.stream.hub.subscribed(ignore):
        bench.show(1, 100.0)
        bench.pipeline.process(JpegFrame(b"\xff\xd8 no picture \xff\xd9", 100.1, 100.1))
        bench.show(2, 100.2)
    assert len(bench.units) == len(bench.events) == 2
    assert bench.pipeline.bad_frames == 1


def test_motion_is_looked_for_without_viewers() -> None:
    bench = Bench(motion=True)
    for number in range(3):
        bench.show(number, 100 + number / 30)
    assert len(bench.events) == 3
    assert bench.units == []


def test_raw_sources_are_compressed_only_for_mjpeg_viewers() -> None:
    bench = Bench()
    bench.pipeline.process(RawFrame(picture(1), 100.0, 100.0, 100.0))
    assert bench.jpegs == []
    bench.pipeline.jpeg_interval_s = 0.0
    bench.pipeline.process(RawFrame(picture(2), 100.1, 100.1, 100.1))
    assert [frame.capture_s for frame in bench.jpegs] == [100.1]


def test_the_encoder_comes_back_after_release() -> None:
    bench = Bench()
    with bench.stream.hub.subscribed(ignore):
        bench.show(1, 100.0)
        bench.pipeline.release()
        bench.show(2, 101.0)
    assert [unit.keyframe for unit in bench.units] == [True, True]


def test_every_unit_says_when_it_left_each_stage() -> None:
    bench = Bench()
    started_s = time.monotonic()
    with bench.stream.hub.subscribed(ignore):
        bench.pipeline.process(JpegFrame(jpeg(1), started_s - 0.02, started_s - 0.01))
    times = bench.units[0].times
    assert (times.capture_s, times.received_s) == (started_s - 0.02, started_s - 0.01)
    assert started_s < times.decoded_s < times.encoded_s < time.monotonic()


def test_a_picture_that_only_libjpeg_faults_is_looked_at_for_motion() -> None:
    bench = Bench(motion=True)
    whole = jpeg(1)
    bench.pipeline.process(JpegFrame(whole[:-2], 100.0, 100.0))
    assert len(bench.events) == 1
    bench.pipeline.process(JpegFrame(whole[: len(whole) // 2], 100.1, 100.1))
    assert len(bench.events) == 1
    assert bench.pipeline.bad_frames == 1


def test_size_is_known_although_nothing_is_decoded() -> None:
    bench = Bench()
    bench.show(1, 100.0)
    bench.show(2, 100.1, 640, 480)
    assert bench.sizes == [(320, 240), (640, 480)]
    bench.pipeline.process(JpegFrame(b"\xff\xd8 no picture \xff\xd9", 100.2, 100.2))
    assert bench.pipeline.bad_frames == 1


@pytest.mark.parametrize("size", [(480, 320), (640, 480), (1280, 720), (201, 133), (80, 60)])
def test_viewers_that_come_and_go_are_no_motion(size: tuple[int, int]) -> None:
    bench = Bench(motion=True)
    for turn in range(6):
        with bench.stream.hub.subscribed(ignore) if turn % 2 else contextlib.nullcontext():
            for number in range(20):
                bench.show(5, 100 + turn + number / 20, *size)
    assert len(bench.units) == 60
    assert {event.level for event in bench.events} == {"NONE"}
    assert len(bench.events) == 120


def test_detection_is_thinned_out_and_paused_and_goes_on_without_a_false_alarm() -> None:
    bench = Bench(motion=True)
    for number in range(30):
        bench.show(5, 100 + number / 30)
    bench.pipeline.detect_every = 3
    for number in range(30, 60):
        bench.show(5, 100 + number / 30)
    assert len(bench.events) == 40
    bench.pipeline.detect_every = 0
    for number in range(60, 90):
        bench.show(25, 100 + number / 30)
    assert len(bench.events) == 40
    assert bench.pipeline.detections_shed == 20 + 30
    bench.pipeline.detect_every = 1
    for number in range(90, 150):
        bench.show(25, 100 + number / 30)
    assert len(bench.events) == 100
    assert {event.level for event in bench.events} == {"NONE"}


def test_a_detector_that_lags_looks_more_rarely_and_holds_up_no_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Lagging(MotionDetector):
        def detect(self, luma: Luma, capture_s: float) -> MotionEvent:
            until_s = time.thread_time() + 0.05
            while time.thread_time() < until_s:
                pass
            return super().detect(luma, capture_s)

    monkeypatch.setattr("gateway.pipeline.MotionDetector", Lagging)
    bench = Bench(motion=True)
    with bench.stream.hub.subscribed(ignore):
        for number in range(60):
            bench.show(1, 100 + number / 30)
    assert len(bench.units) == 60
    assert 2 <= len(bench.events) <= 5
    assert bench.pipeline.detections_late == 60 - len(bench.events)


def test_motion_is_switched_off_and_on_between_pictures() -> None:
    bench = Bench(motion=True)
    for number in range(30):
        bench.show(5, 100 + number / 30)
    bench.pipeline.change_motion(MotionSettings(enabled=False))
    for number in range(30, 60):
        bench.show(5, 100 + number / 30)
    assert len(bench.events) == 30
    bench.pipeline.change_motion(MotionSettings(threshold=0.3))
    for number in range(60, 90):
        bench.show(25, 100 + number / 30)
    assert len(bench.events) == 60
    assert {event.level for event in bench.events} == {"NONE"}, "it has settled anew"
